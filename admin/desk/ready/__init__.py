"""Ready answers (常用答复): what a unit writes to reporters again and again, written once."""

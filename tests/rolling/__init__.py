"""Two nodes behind nginx that are restarted by turns under load: is a press lost, or a sign-in?"""

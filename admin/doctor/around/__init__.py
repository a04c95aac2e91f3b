"""What doctor looks at around the store: visitors, versions, what people have to do."""

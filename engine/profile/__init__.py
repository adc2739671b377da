"""Profile sheets: figures of every column, and findings about what a person should know."""

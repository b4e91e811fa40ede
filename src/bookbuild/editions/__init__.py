"""The book in other forms: for students, for instructors, as slides, as one PDF."""

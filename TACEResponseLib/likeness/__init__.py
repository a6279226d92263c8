"""Is a case like the patients that a model was trained on, in the numbers that it reads?"""

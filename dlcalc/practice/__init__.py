"""Practice: judging answers (and, later, the problem bank and quizzes). Is handed topics; imports none."""

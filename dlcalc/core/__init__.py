"""The worksheet and what it rests on: formulas, values, topics and run modes. Knows no topic and no screen."""

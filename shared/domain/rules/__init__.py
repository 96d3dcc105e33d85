"""What the rules say: questions, conditions, triage, and the advice that follows. Pure."""

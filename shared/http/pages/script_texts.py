"""Lists the texts that the script of <lead-form> shows once the form has loaded.

The keys are the names of the texts in the script.
"""

# The script gets these texts in every language. They are shown where visitors can change the language without a network
# connection: beside emergency advice, before Start and on the receipt.
IN_EVERY_LANGUAGE = {
    "urgent": "Get emergency help now",
    "call911": "Call 911",
    "call988": "Call 988",
    "text988": "Text 988",
    "mistake": "I pressed this by mistake. Go back and change my answers.",
    "received": "We received your answers",
    "safetyAdvice": "Safety advice",
    "reference": "Your reference:",
    "changed": "Something changed? Call us:",
    "ending": "the number ending in {end}",
    "calendar": "Add the call to your calendar",
    "booking": "Choose a time for a visit",
    "print": "Print this page",
    "close": "Close this message",
    "startNew": "Start a new form",
    "continue": "Continue",
    "unsent": "Your answers have not been sent yet",
    "startOver": "Start over",
    "deleteAll": "Delete your answers and start over?",
}
SCRIPT_TEXTS = {
    **IN_EVERY_LANGUAGE,
    "error": "Error: {title}",
    "next": "Next",
    "showAdvice": "Show the safety advice",
    "all": "Check all that apply.",
    "added": "A question was added below: {question}",
    "unchecked": "No longer checked: {options}",
    "used": "{used} of {limit} characters",
    "saved": "Saved at {time}: the clinic has received them. Press Send to finish.",
    "meant": "Did you mean {address}?",
    "withdrawn": "Withdrawn. The clinic will not contact you about these answers.",
    "notWithdrawn": "We could not withdraw your answers. Please call us.",
    "checking": "Checking your answers…",
    "sending": "Sending your answers…",
    "retry": "We will try again in {seconds} seconds.",
    "problem": "There is a problem with one answer",
    "problems": "There are problems with {count} answers",
    "phone": "Enter a phone number.",
    "phoneOrEmail": "Enter a phone number or an e-mail address.",
    "phoneForPreference": "Enter a phone number, or choose e-mail below.",
    "textConsent": "Check this box so that we can text you, or choose a call above.",
    "emailForPreference": "Enter an e-mail address, or choose call or text below.",
}

"""What a guest may send."""

from django import forms

from barrymore.feedback.models import Response

SMILES = {
    "great": Response.Score.GREAT,
    "good": Response.Score.GOOD,
    "meh": Response.Score.NOT_QUITE,
    "bad": Response.Score.BAD,
}


class AnswerForm(forms.Form):
    """A smile, whether the need was met, a comment; each may be left out."""

    smile = forms.ChoiceField(choices=[(name, name) for name in SMILES], required=False)
    need = forms.ChoiceField(choices=Response.NeedMet.choices, required=False)
    comment = forms.CharField(max_length=4000, required=False)

    def score(self) -> Response.Score | None:
        """The smile as a score from 1 to 4."""
        return SMILES.get(self.cleaned_data["smile"])

from modeltranslation.translator import TranslationOptions, register

from policy.models import PolicyVersion


@register(PolicyVersion)
class PolicyVersionTranslation(TranslationOptions):
    fields = ("name",)

from modeltranslation.translator import TranslationOptions, register

from houshayu.models import Place, PolicyVersion, Post


@register(Place)
class PlaceTranslation(TranslationOptions):
    fields = ("name",)


@register(Post)
class PostTranslation(TranslationOptions):
    fields = ("task",)


@register(PolicyVersion)
class PolicyVersionTranslation(TranslationOptions):
    fields = ("name",)

from modeltranslation.translator import TranslationOptions, register

from houshayu.models import Place, Post


@register(Place)
class PlaceTranslation(TranslationOptions):
    fields = ("name",)


@register(Post)
class PostTranslation(TranslationOptions):
    fields = ("task",)

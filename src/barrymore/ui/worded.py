"""Templates in which fixed words and icons stand already, one per language.

A page has a hundred texts that depend on nothing but the language. Looking each up at each drawing was a
sixth of what an opened conversation costs (docs/performance.md).
"""

from typing import Any

from django.template import Context, Template
from django.template.base import FilterExpression, Node, NodeList, TextNode, TokenType
from django.template.defaulttags import CommentNode, IfNode, LoadNode
from django.template.library import SimpleNode
from django.template.loaders import cached
from django.templatetags.i18n import BlockTranslateNode, LanguageNode, TranslateNode
from django.utils.translation import get_language

# Tags that give the same for the same arguments, whatever page they stand in.
FIXED_TAGS = ("icon",)


class Loader(cached.Loader):
    """Keeps templates by language, each with its fixed words put in once."""

    def cache_key(self, template_name: str, skip: Any = None) -> str:
        """The name of the template and the language that is spoken now."""
        return f"{get_language()}:{super().cache_key(template_name, skip)}"

    def get_template(self, template_name: str, skip: Any = None) -> Template:
        """The template in the language that is spoken now; raises TemplateDoesNotExist."""
        template = super().get_template(template_name, skip)
        if not getattr(template, "is_worded", False):
            context = Context()
            with context.bind_template(template):
                put_words_in(template.nodelist, context)
            template.is_worded = True  # type: ignore[attr-defined]
        return template


def put_words_in(nodes: NodeList, context: Context) -> None:
    """Replace what is fixed in the language that is spoken now by its text."""
    found: list[Node] = []
    for node in nodes:
        if isinstance(node, LoadNode | CommentNode):
            continue
        if _is_fixed(node):
            text = TextNode(node.render(context))
            text.token, text.origin = node.token, node.origin
            node = text
        else:
            for inner in _inside(node):
                put_words_in(inner, context)
        before = found[-1] if found else None
        if isinstance(node, TextNode) and isinstance(before, TextNode):
            joined = TextNode(before.s + node.s)
            joined.token, joined.origin = before.token, before.origin
            found[-1] = joined
        else:
            found.append(node)
    # Another thread may be drawing from this list: it is replaced at once.
    nodes[:] = found


def _is_fixed(node: Node) -> bool:
    if isinstance(node, TranslateNode):
        words, context = node.filter_expression, node.message_context
        is_plain = words.var.lookups is None and not words.filters
        return is_plain and not node.asvar and (context is None or _is_constant(context))
    if isinstance(node, BlockTranslateNode):
        is_plain = all(token.token_type == TokenType.TEXT for token in node.singular)
        return is_plain and not (node.plural or node.asvar or node.message_context or node.extra_context)
    if isinstance(node, SimpleNode) and node.func.__name__ in FIXED_TAGS:
        given = [*node.args, *node.kwargs.values()]
        return node.target_var is None and not node.takes_context and all(map(_is_constant, given))
    return False


def _is_constant(words: FilterExpression) -> bool:
    return not words.is_var and not words.filters


def _inside(node: Node) -> list[NodeList]:
    """The lists of nodes in a node. What a tag of another language holds speaks that language."""
    if isinstance(node, LanguageNode):
        return []
    if isinstance(node, IfNode):
        return [nodes for _condition, nodes in node.conditions_nodelists]
    inner = [getattr(node, name, None) for name in node.child_nodelists]
    return [nodes for nodes in inner if isinstance(nodes, NodeList)]

// libxml2, kept on a short lead.
#include "connectors/markup/xml.h"

#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/uri.h>

#include <algorithm>
#include <climits>
#include <map>
#include <vector>

#include "src/base/check.h"
#include "src/base/text.h"
#include "src/base/utf8.h"

namespace heed {
namespace {

const xmlNode* As(const void* node) { return static_cast<const xmlNode*>(node); }
const xmlChar* Xml(const char* text) { return reinterpret_cast<const xmlChar*>(text); }
std::string_view View(const xmlChar* text) { return text ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view(); }

std::string Owned(xmlChar* text) {
  std::string copy(View(text));
  xmlFree(text);
  return copy;
}

// What went on while one document was parsed.
struct Story {
  bool entities_declared = false;
  bool bad_reference = false;
  std::string fatal;      // the first error that is not forgiven, with its line
  std::string forgiven;   // the first one that is
};

// Errors whose meaning is plain and that real feeds are full of.
bool Forgiven(int code) {
  switch (code) {
    case XML_ERR_UNDECLARED_ENTITY:          // &hellip; and the like are known here; others are text
    case XML_WAR_UNDECLARED_ENTITY:
    case XML_ERR_ENTITYREF_SEMICOL_MISSING:  // "?a=1&b=2"
    case XML_ERR_NAME_REQUIRED:              // "Tom & Jo"
    case XML_ERR_ENTITYREF_NO_NAME:
    case XML_ERR_INVALID_CHAR:             // control characters in text
    case XML_ERR_INVALID_CHARREF:
    case XML_NS_ERR_UNDEFINED_NAMESPACE:   // <media:thumbnail> without its xmlns
    case XML_NS_ERR_XML_NAMESPACE:
    case XML_NS_ERR_QNAME:
    case XML_WAR_NS_URI:
    case XML_WAR_NS_URI_RELATIVE:
    case XML_ERR_UNSUPPORTED_ENCODING: return true;  // libxml2 then reads on as UTF-8
    default: return false;
  }
}

void OnError(void* user, xmlErrorPtr error) {
  auto* context = static_cast<xmlParserCtxtPtr>(user);
  auto& story = *static_cast<Story*>(context->_private);
  story.bad_reference |= error->code == XML_ERR_UNDECLARED_ENTITY || error->code == XML_WAR_UNDECLARED_ENTITY || error->code == XML_ERR_NAME_REQUIRED ||
                         error->code == XML_ERR_ENTITYREF_SEMICOL_MISSING || error->code == XML_ERR_ENTITYREF_NO_NAME;
  std::string& place = Forgiven(error->code) || error->level == XML_ERR_WARNING ? story.forgiven : story.fatal;
  if (!place.empty()) return;
  place = "line " + std::to_string(error->line) + ": " + std::string(Trim(ForTerminal(RepairUtf8(error->message ? error->message : "not well formed"))));
}

// Errors of conversion between charsets do not come by the parser's own way; unheard they would be printed.
void OnLooseError(void* user, xmlErrorPtr error) {
  auto& story = *static_cast<Story*>(user);
  if (story.fatal.empty()) story.fatal = std::string(Trim(ForTerminal(RepairUtf8(error->message ? error->message : "cannot be decoded"))));
}

// While it lives, this thread's loose errors become part of a story.
class LooseErrors {
 public:
  explicit LooseErrors(Story& story) { xmlSetStructuredErrorFunc(&story, &OnLooseError); }
  ~LooseErrors() { xmlSetStructuredErrorFunc(nullptr, nullptr); }
  LooseErrors(const LooseErrors&) = delete;
  LooseErrors& operator=(const LooseErrors&) = delete;
};

// A declaration of an entity ends the parsing: nothing it stands for is ever unfolded.
void OnEntityDeclaration(void* user, const xmlChar*, int, const xmlChar*, const xmlChar*, xmlChar*) {
  auto* context = static_cast<xmlParserCtxtPtr>(user);
  static_cast<Story*>(context->_private)->entities_declared = true;
  xmlStopParser(context);
}

// HTML's names, which feeds use though XML has only five of them.
xmlEntityPtr OnEntity(void*, const xmlChar* name) {
  if (auto* predefined = xmlGetPredefinedEntity(name)) return predefined;
  struct Made {
    std::string name, text;
    xmlEntity entity{};
  };
  static const auto& table = *[] {
    auto* made = new std::map<std::string, std::unique_ptr<Made>, std::less<>>;  // lives as long as the process
    for (unsigned character = 160; character < 0x2700; ++character) {
      const auto* html = htmlEntityValueLookup(character);
      if (!html) continue;
      auto one = std::make_unique<Made>();
      one->name = html->name;
      AppendUtf8(one->text, character);
      one->entity.type = XML_ENTITY_DECL;
      one->entity.etype = XML_INTERNAL_PREDEFINED_ENTITY;
      one->entity.name = Xml(one->name.c_str());
      one->entity.content = reinterpret_cast<xmlChar*>(one->text.data());
      one->entity.orig = one->entity.content;
      one->entity.length = static_cast<int>(one->text.size());
      made->emplace(one->name, std::move(one));
    }
    return made;
  }();
  const auto found = table.find(View(name));
  return found == table.end() ? nullptr : &found->second->entity;
}

// Whether "&" at `at` begins a reference that can be read: "&#10;", "&#xA;", "&amp;", "&eacute;".
bool IsReference(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongest = 12;
  const std::size_t end = text.substr(at, kLongest).find(';');
  if (end == std::string_view::npos || end < 2) return false;
  const std::string name(text.substr(at + 1, end - 1));
  if (name[0] == '#') {
    const bool hex = name.size() > 1 && name[1] == 'x';
    return name.size() > (hex ? 2u : 1u) && name.find_first_not_of(hex ? "0123456789abcdefABCDEF" : "0123456789", hex ? 2 : 1) == std::string::npos;
  }
  return OnEntity(nullptr, Xml(name.c_str())) != nullptr;
}

// The document with every "&" that begins no reference written as "&amp;": "?a=1&b=2" then keeps its meaning,
// where libxml2 would drop the "&b".  Charsets must be supersets of ASCII.
std::string WithAmpersandsEscaped(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 16);
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t next = std::min(bytes.find_first_of("&<", at), bytes.size());
    out += bytes.substr(at, next - at);
    at = next;
    if (at == bytes.size()) break;
    std::string_view end;
    if (bytes.substr(at).starts_with("<![CDATA[")) end = "]]>";
    else if (bytes.substr(at).starts_with("<!--")) end = "-->";
    if (!end.empty()) {
      const std::size_t found = bytes.find(end, at);
      const std::size_t behind = found == std::string_view::npos ? bytes.size() : found + end.size();
      out += bytes.substr(at, behind - at);
      at = behind;
    } else {
      out += bytes[at] == '<' ? "<" : IsReference(bytes, at) ? "&" : "&amp;";
      ++at;
    }
  }
  return out;
}

struct ContextCloser {
  void operator()(xmlParserCtxtPtr context) const { xmlFreeParserCtxt(context); }
};
struct DocCloser {
  void operator()(xmlDocPtr doc) const { xmlFreeDoc(doc); }
};

using Doc = std::unique_ptr<xmlDoc, DocCloser>;

// `encoding` "" = as the document says.
Doc ParseOnce(std::string_view bytes, const std::string& encoding, Story& story) {
  const std::unique_ptr<xmlParserCtxt, ContextCloser> context(xmlNewParserCtxt());
  HEED_CHECK(context != nullptr);
  const LooseErrors loose(story);
  context->_private = &story;
  context->sax->serror = &OnError;
  context->sax->entityDecl = &OnEntityDeclaration;
  context->sax->getEntity = &OnEntity;
  // NOENT stays off: entities are not unfolded.  RECOVER only so that what OnError forgives can go on.
  const int options = (encoding.empty() ? 0 : XML_PARSE_IGNORE_ENC) | XML_PARSE_NONET | XML_PARSE_RECOVER | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA | XML_PARSE_COMPACT;
  return Doc(xmlCtxtReadMemory(context.get(), bytes.data(), static_cast<int>(bytes.size()), nullptr, encoding.empty() ? nullptr : encoding.c_str(), options));
}

bool HasByteOrderMark(std::string_view bytes) {
  return bytes.starts_with("\xEF\xBB\xBF") || bytes.starts_with("\xFE\xFF") || bytes.starts_with("\xFF\xFE");
}

// encoding="..." of the XML declaration of a document in an ASCII superset, or "".
std::string DeclaredCharset(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  if (!bytes.starts_with("<?xml")) return "";
  const std::string_view declaration = bytes.substr(0, std::min(bytes.find("?>"), std::size_t{200}));
  std::size_t at = declaration.find("encoding");
  if (at == std::string_view::npos) return "";
  at = declaration.find_first_of("\"'", at);
  if (at == std::string_view::npos) return "";
  const std::size_t end = declaration.find(declaration[at], at + 1);
  return end == std::string_view::npos ? "" : std::string(declaration.substr(at + 1, end - at - 1));
}

bool IsUtf8Name(std::string_view charset) {
  return charset.empty() || EqualsIgnoreCase(charset, "utf-8") || EqualsIgnoreCase(charset, "utf8") || EqualsIgnoreCase(charset, "us-ascii");
}

// Whether text that is not UTF-8 looks more like one byte a character: more bad bytes than good long characters.
bool LooksLikeWindows1252(std::string_view bytes) {
  std::size_t good = 0, bad = 0;
  for (std::size_t at = 0; at < bytes.size();) {
    if (static_cast<unsigned char>(bytes[at]) < 0x80) {
      ++at;
      continue;
    }
    const std::size_t before = at;
    if (NextChar(bytes, at) == kReplacement && at - before == 1) ++bad;
    else ++good;
  }
  return bad > good;
}

}  // namespace

std::string_view XmlElement::Name() const { return node_ ? View(As(node_)->name) : std::string_view(); }
std::string_view XmlElement::Namespace() const { return node_ && As(node_)->ns ? View(As(node_)->ns->href) : std::string_view(); }

std::string XmlElement::Attribute(std::string_view name) const {
  return node_ ? Owned(xmlGetNoNsProp(As(node_), Xml(std::string(name).c_str()))) : "";
}

bool XmlElement::HasAttribute(std::string_view name) const {
  return node_ && xmlHasNsProp(As(node_), Xml(std::string(name).c_str()), nullptr) != nullptr;
}

std::string XmlElement::Attribute(std::string_view name, std::string_view ns) const {
  return node_ ? Owned(xmlGetNsProp(As(node_), Xml(std::string(name).c_str()), Xml(std::string(ns).c_str()))) : "";
}

std::string XmlElement::Language() const { return node_ ? Owned(xmlNodeGetLang(As(node_))) : ""; }

std::string XmlElement::Base(std::string_view document_url) const {
  std::string base(document_url);
  std::vector<std::string> steps;  // innermost first
  for (const xmlNode* node = As(node_); node && node->type == XML_ELEMENT_NODE; node = node->parent) {
    std::string step = Owned(xmlGetNsProp(node, Xml("base"), Xml(std::string(kXmlNamespace).c_str())));
    if (!step.empty()) steps.push_back(std::move(step));
  }
  for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
    std::string resolved = Owned(xmlBuildURI(Xml(step->c_str()), Xml(base.c_str())));
    if (!resolved.empty()) base = std::move(resolved);
  }
  return base;
}

std::string XmlElement::Text() const {
  return node_ ? std::string(Trim(Owned(xmlNodeGetContent(As(node_))))) : "";
}

std::string XmlElement::Inner() const {
  if (!node_) return "";
  const xmlBufferPtr buffer = xmlBufferCreate();
  HEED_CHECK(buffer != nullptr);
  for (const xmlNode* child = As(node_)->children; child; child = child->next) {
    xmlNodeDump(buffer, child->doc, const_cast<xmlNode*>(child), 0, 0);
  }
  std::string inner(View(xmlBufferContent(buffer)));
  xmlBufferFree(buffer);
  return inner;
}

XmlElement XmlElement::FirstChild() const {
  if (!node_) return {};
  const xmlNode* child = As(node_)->children;
  while (child && child->type != XML_ELEMENT_NODE) child = child->next;
  return XmlElement(child);
}

XmlElement XmlElement::Next() const {
  if (!node_) return {};
  const xmlNode* next = As(node_)->next;
  while (next && next->type != XML_ELEMENT_NODE) next = next->next;
  return XmlElement(next);
}

XmlElement XmlElement::Child(std::string_view name, std::string_view ns) const {
  XmlElement child = FirstChild();
  while (child && !child.Is(name, ns)) child = child.Next();
  return child;
}

struct XmlDocument::Impl {
  Doc doc;
};

XmlDocument::~XmlDocument() = default;
XmlDocument::XmlDocument(XmlDocument&&) noexcept = default;
XmlDocument& XmlDocument::operator=(XmlDocument&&) noexcept = default;

XmlElement XmlDocument::Root() const { return XmlElement(xmlDocGetRootElement(impl_->doc.get())); }

Result<XmlDocument> XmlDocument::Parse(std::string_view bytes, std::string_view charset) {
  static const bool started = [] {
    xmlInitParser();
    return true;
  }();
  static_cast<void>(started);
  if (bytes.size() > INT_MAX / 2) return Fail(Fault::kTooLarge, "the document is too large to read");

  XmlDocument document;
  // A charset that nobody knows is no reason to read nothing.
  const auto known = [](std::string name) {
    const xmlCharEncodingHandlerPtr handler = name.empty() ? nullptr : xmlFindCharEncodingHandler(name.c_str());
    if (!handler) return std::string();
    xmlCharEncCloseFunc(handler);
    return name;
  };
  std::string encoding = known(HasByteOrderMark(bytes) ? "" : std::string(charset));
  const std::string claimed = encoding.empty() ? known(DeclaredCharset(bytes)) : encoding;
  const bool utf16 = bytes.starts_with("\xFE\xFF") || bytes.starts_with("\xFF\xFE");
  std::string repaired;
  if (!utf16 && IsUtf8Name(claimed) && !IsUtf8(bytes)) {
    if (LooksLikeWindows1252(bytes)) {
      encoding = "windows-1252";
      document.repaired_ = "it is not the UTF-8 it claims to be, and was read as windows-1252";
    } else {
      repaired = RepairUtf8(bytes);
      bytes = repaired;
      document.repaired_ = "some bytes are not the UTF-8 they claim to be, and were replaced";
    }
  }

  // libxml2 would stop at a declaration it does not know.
  if (!utf16 && claimed.empty() && encoding.empty() && !DeclaredCharset(bytes).empty()) encoding = "UTF-8";

  Story story;
  document.impl_ = std::make_unique<Impl>();
  document.impl_->doc = ParseOnce(bytes, encoding, story);
  if (story.bad_reference && !utf16 && !story.entities_declared) {
    Story again;
    document.impl_->doc = ParseOnce(WithAmpersandsEscaped(bytes), encoding, again);
    story.fatal = again.fatal;
    story.entities_declared = again.entities_declared;
  }
  if (story.entities_declared) {
    return Fail(Fault::kMalformed, "the document declares entities of its own, which heed refuses: they can be a trap");
  }
  if (!story.fatal.empty()) return Fail(Fault::kMalformed, "not well-formed XML: " + story.fatal);
  if (!document.impl_->doc || !xmlDocGetRootElement(document.impl_->doc.get())) return Fail(Fault::kMalformed, "not an XML document");
  if (document.repaired_.empty() && !story.forgiven.empty()) document.repaired_ = "it is not quite well formed (" + story.forgiven + ")";
  return document;
}

}  // namespace heed

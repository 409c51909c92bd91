// XML as feeds are written: read leniently where the meaning is plain, never dangerously.
//
// Entities that a document declares for itself are refused (a few lines could otherwise unfold into gigabytes,
// or fetch a file); nothing outside the document is ever loaded.  A document that was cut off is an error and
// never a shorter document.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "src/base/result.h"

namespace heed {

// A view of one element; dead when its XmlDocument is.  Names are local names and namespaces are URIs,
// compared exactly: ("entry", "http://www.w3.org/2005/Atom").  All text is UTF-8.
class XmlElement {
 public:
  XmlElement() = default;  // absent: every getter answers "nothing"
  explicit operator bool() const { return node_ != nullptr; }

  std::string_view Name() const;
  std::string_view Namespace() const;  // "" = none
  bool Is(std::string_view name, std::string_view ns) const { return node_ && Name() == name && Namespace() == ns; }

  // An attribute without a namespace, or "".
  std::string Attribute(std::string_view name) const;
  bool HasAttribute(std::string_view name) const;
  // An attribute of the given namespace, or "".
  std::string Attribute(std::string_view name, std::string_view ns) const;
  std::string Language() const;  // xml:lang, inherited; "" = not said
  std::string Base(std::string_view document_url) const;  // xml:base, inherited; the document's own address without one

  std::string Text() const;   // all text in it, elements' included, trimmed
  std::string Inner() const;  // its content as markup, without the element itself

  XmlElement FirstChild() const;  // elements only
  XmlElement Next() const;        // the next sibling element
  XmlElement Child(std::string_view name, std::string_view ns) const;  // the first such child

  // The children in order: f(XmlElement child).
  template <typename F>
  void Each(F&& f) const {
    for (XmlElement child = FirstChild(); child; child = child.Next()) f(child);
  }

 private:
  friend class XmlDocument;
  explicit XmlElement(const void* node) : node_(node) {}
  const void* node_ = nullptr;
};

inline constexpr std::string_view kXmlNamespace = "http://www.w3.org/XML/1998/namespace";

class XmlDocument {
 public:
  ~XmlDocument();
  XmlDocument(XmlDocument&&) noexcept;
  XmlDocument& operator=(XmlDocument&&) noexcept;

  XmlElement Root() const;
  // What was wrong and read all the same, in plain words; "" when nothing was.
  const std::string& Repaired() const { return repaired_; }

  // `charset` as the HTTP header names it, or "".  A byte order mark beats it, it beats the document's own
  // declaration, and without any of them the document is UTF-8; bytes that are not what they claim are read as
  // windows-1252 or repaired.  HTML's named entities, bare "&" and undeclared prefixes are forgiven.
  // kMalformed for anything else that is not well formed, for nesting past 256 levels and for entity
  // declarations; names the line.
  static Result<XmlDocument> Parse(std::string_view bytes, std::string_view charset = "");

 private:
  XmlDocument() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
  std::string repaired_;
};

}  // namespace heed

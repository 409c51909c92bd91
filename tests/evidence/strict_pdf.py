"""A strict reader of PDF/A-3b (ISO 19005-3:2012, level B) for what heed's reports may hold; shares no code with what writes them.

  /usr/bin/python3 strict_pdf.py FILE            a line for every fault, with the clause; status 1 when there is one
  /usr/bin/python3 strict_pdf.py FILE DAMAGE     the same after a damage below, to see that the reader reads

Objects are read by qpdf, font programs by fontTools.  What the standard allows and heed never writes (forms, optional content,
embedded files, device-dependent colours other than RGB and grey) is a fault here.
"""
import base64
import io
import json
import re
import subprocess
import sys

from fontTools.ttLib import TTFont

DAMAGES = {
    "no-intent": lambda pdf: pdf.catalog.pop("/OutputIntents"),
    "no-metadata": lambda pdf: pdf.catalog.pop("/Metadata"),
    "script": lambda pdf: pdf.catalog.__setitem__("/OpenAction", {"/S": "/JavaScript", "/JS": "u:x"}),
    "hidden-link": lambda pdf: pdf.first("/Subtype", "/Link").__setitem__("/F", 2),
    "no-font-file": lambda pdf: pdf.first("/Type", "/FontDescriptor").pop("/FontFile2"),
    "wrong-width": lambda pdf: pdf.first("/Subtype", "/CIDFontType2")["/W"][1].__setitem__(0, 1),
    "no-cid-map": lambda pdf: pdf.first("/Subtype", "/CIDFontType2").pop("/CIDToGIDMap"),
    "notdef": lambda pdf: pdf.replace_text(rb"<([0-9a-f]{4})", b"<0000"),
    "encrypted": lambda pdf: pdf.trailer.__setitem__("/Encrypt", {}),
    "embedded-file": lambda pdf: pdf.catalog.setdefault("/Names", {}).__setitem__("/EmbeddedFiles", {}),
    "cmyk": lambda pdf: pdf.replace_text(rb"BT", b"0 0 0 1 k BT"),
}


class Pdf:
    def __init__(self, path):
        with open(path, "rb") as file:
            self.bytes = file.read()
        ran = subprocess.run(["qpdf", "--json=2", "--json-stream-data=inline", "--decode-level=generalized", path], capture_output=True, check=True)
        self.version, objects = json.loads(ran.stdout)["qpdf"]
        self.trailer = objects.pop("trailer")["value"]
        self.objects, self.streams = {}, {}
        for name, thing in objects.items():
            reference = name[len("obj:"):]
            if "stream" in thing:
                self.objects[reference] = thing["stream"]["dict"]
                self.streams[reference] = base64.b64decode(thing["stream"].get("data", ""))
            else:
                self.objects[reference] = thing["value"]

    def get(self, value):
        while isinstance(value, str) and re.fullmatch(r"\d+ \d+ R", value):
            value = self.objects.get(value)
        return value

    @property
    def catalog(self):
        return self.get(self.trailer["/Root"])

    def first(self, key, value):
        return next(thing for thing in self.objects.values() if isinstance(thing, dict) and thing.get(key) == value)

    def pages(self):
        return [thing for thing in self.objects.values() if isinstance(thing, dict) and thing.get("/Type") == "/Page"]

    def contents(self, page):
        found = self.get(page.get("/Contents", []))
        references = page["/Contents"] if isinstance(found, list) else [page["/Contents"]]
        return b"\n".join(self.streams[reference] for reference in references)

    def replace_text(self, pattern, by):
        for page in self.pages():
            self.streams[page["/Contents"]] = re.sub(pattern, by, self.streams[page["/Contents"]], count=1)


def walk(value):
    yield value
    for below in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from walk(below)


TOKEN = re.compile(rb"<<|>>|<[0-9A-Fa-f\s]*>|\((?:\\.|[^\\()])*\)|[\[\]]|/[^\s/<>\[\]()]*|[^\s/<>\[\]()]+", re.S)
OPERATORS = set("b B b* B* BDC BMC BT BX c cm CS cs d d0 d1 Do DP EMC ET EX f F f* G g gs h i j J l m M MP n q Q re RG rg ri s S SC sc SCN scn sh Tc Td TD Tf Tj TL Tm Tr Ts Tw Tz TJ T* v w W W* y ' \"".split())


def shown(contents):
    """(font, glyphs, rendering mode) of each text operator; (None, operator, None) of one that may not stand there."""
    operands, font, mode, depth, deepest = [], None, 0, 0, 0
    for token in TOKEN.findall(contents):
        text = token.decode("latin-1")
        if text not in OPERATORS and not re.fullmatch(r"[a-zA-Z'\"*][a-zA-Z0-9*]*", text):
            operands.append(text)
            continue
        if text in ("true", "false", "null"):
            operands.append(text)
            continue
        if text not in OPERATORS or text in ("K", "k", "BI", "ID", "EI"):
            yield None, "operator %s (6.2.2, 6.2.4.3)" % text, None
        elif text == "Tf":
            font = operands[-2]
        elif text == "Tr":
            mode = int(operands[-1])
        elif text in ("Tj", "TJ", "'", '"'):
            digits = "".join(re.sub(r"\s", "", one[1:-1]) for one in operands if one.startswith("<"))
            yield font, [int(digits[at:at + 4], 16) for at in range(0, len(digits), 4)], mode
        elif text == "q":
            depth += 1
            deepest = max(deepest, depth)
        elif text == "Q":
            depth -= 1
        operands = []
    if deepest > 28 or depth != 0:
        yield None, "q and Q nested %d deep, %d left open (6.1.13)" % (deepest, depth), None


def faults_of_file(pdf):
    if not re.match(rb"%PDF-1\.[0-7][\r\n]+%[\x80-\xff]{4}", pdf.bytes):
        yield "6.1.2: the header is not %PDF-1.n and a comment of four bytes above 127"
    if not re.search(rb"%%EOF\r?\n?\Z", pdf.bytes):
        yield "6.1.3: something stands after the last %%EOF"
    if "/Encrypt" in pdf.trailer:
        yield "6.1.3: it is encrypted"
    if len(pdf.trailer.get("/ID", [])) != 2:
        yield "6.1.3: the trailer has no ID"
    for name, thing in pdf.objects.items():
        for value in walk(thing):
            if isinstance(value, str) and value.startswith("/") and len(value.encode()) > 128:
                yield "6.1.13: a name of more than 127 bytes in " + name
            if isinstance(value, str) and value.startswith(("u:", "b:")) and len(value) > 32767:
                yield "6.1.13: a string of more than 32767 bytes in " + name
            if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2147483647:
                yield "6.1.13: a number out of range in " + name
            if isinstance(value, dict) and name in pdf.streams and value is thing:
                for filters in [value.get("/Filter", [])]:
                    for one in filters if isinstance(filters, list) else [filters]:
                        if one not in ("/FlateDecode", "/DCTDecode"):
                            yield "6.1.7.2: filter %s in %s" % (one, name)
                if {"/F", "/FFilter", "/FDecodeParms"} & set(value):
                    yield "6.1.7.1: a stream kept outside, " + name
    for page in pdf.pages():
        box = page.get("/MediaBox", [])
        if len(box) != 4 or not all(3 <= box[at + 2] - box[at] <= 14400 for at in (0, 1)):
            yield "6.1.13: a page that is too small or too large"


def faults_of_catalog(pdf):
    catalog = pdf.catalog
    for key in ("/AA", "/AcroForm", "/OCProperties", "/Requirements", "/Perms", "/AF", "/NeedsRendering"):
        if key in catalog:
            yield "6.4, 6.5, 6.9: the catalogue has " + key
    names = pdf.get(catalog.get("/Names", {}))
    for key in ("/EmbeddedFiles", "/JavaScript", "/AlternatePresentations"):
        if key in names:
            yield "6.5, 6.8: the catalogue names " + key
    actions = [thing for top in [catalog, *pdf.objects.values()] for thing in walk(top) if isinstance(thing, dict) and "/S" in thing and thing["/S"] in
               ("/Launch", "/Sound", "/Movie", "/ResetForm", "/ImportData", "/JavaScript", "/Hide", "/SetOCGState", "/Rendition", "/Trans", "/GoTo3DView", "/SubmitForm", "/GoToE")]
    if actions:
        yield "6.5.1: an action of kind " + actions[0]["/S"]
    intents = [pdf.get(one) for one in pdf.get(catalog.get("/OutputIntents", []))]
    if len([one for one in intents if one.get("/S") == "/GTS_PDFA1"]) != 1:
        yield "6.2.3: there is not one PDF/A output intent"
    for intent in intents:
        profile = pdf.streams.get(intent.get("/DestOutputProfile"), b"")
        if profile[36:40] != b"acsp" or profile[12:16] not in (b"mntr", b"prtr") or profile[16:20] != b"RGB " or profile[8] > 4 or pdf.get(intent["/DestOutputProfile"]).get("/N") != 3:
            yield "6.2.3: the output intent's profile is not an ICC profile for RGB"
    reference = catalog.get("/Metadata")
    metadata = pdf.streams.get(reference, b"").decode("utf-8", "replace")
    if "/Filter" in (pdf.get(reference) or {}):
        yield "6.6.2.1: the metadata are compressed"
    if not re.search(r"""<\?xpacket begin=(["'])[^"']*\1 id=(["'])W5M0MpCehiHzreSzNTczkc9d\2\s*\?>""", metadata) or not re.search(r"""<\?xpacket end=["'][rw]["']\s*\?>\s*\Z""", metadata):
        yield "6.6.2.1: there is no XMP packet"
    if not re.search(r"""pdfaid:part(>\s*3\s*<|=["']3["'])""", metadata) or not re.search(r"""pdfaid:conformance(>\s*B\s*<|=["']B["'])""", metadata) or "http://www.aiim.org/pdfa/ns/id/" not in metadata:
        yield "6.6.4: the metadata do not say PDF/A-3 B"
    for entry, element in (("/Title", "dc:title"), ("/Producer", "pdf:Producer"), ("/CreationDate", "xmp:CreateDate")):
        if entry in pdf.get(pdf.trailer.get("/Info", {})) and element not in metadata:
            yield "6.6.3: %s stands in the information dictionary and not in the metadata" % entry


def faults_of_looks(pdf):
    for name, thing in pdf.objects.items():
        if not isinstance(thing, dict):
            continue
        if thing.get("/Subtype") == "/Image":
            if thing.get("/Interpolate") not in (None, False) or "/Alternates" in thing or "/OPI" in thing:
                yield "6.2.8: an image that is interpolated, has alternates or OPI, " + name
            space = pdf.get(thing.get("/ColorSpace"))
            if space not in ("/DeviceRGB", "/DeviceGray") and not (isinstance(space, list) and space[0] in ("/ICCBased", "/CalRGB", "/CalGray", "/Indexed")):
                yield "6.2.4.3: an image in the colours %s, %s" % (space, name)
            if thing.get("/BitsPerComponent") not in (1, 2, 4, 8, 16):
                yield "6.2.8: an image of %s bits, %s" % (thing.get("/BitsPerComponent"), name)
        if thing.get("/Subtype") == "/PS" or "/PS" in thing and thing.get("/Subtype") == "/Form" or "/Ref" in thing:
            yield "6.2.9: PostScript, or a reference to another file, " + name
        for below in walk(thing):
            if isinstance(below, dict) and ("/TR" in below or below.get("/TR2", "/Default") != "/Default" or "/HTP" in below):
                yield "6.2.5: a graphics state with a transfer function, " + name
            if isinstance(below, dict) and "/BM" in below and below["/BM"] not in ("/Normal", "/Compatible", "/Multiply", "/Screen", "/Overlay", "/Darken", "/Lighten"):
                yield "6.2.10: blend mode %s, %s" % (below["/BM"], name)
            if below == "/DeviceCMYK":
                yield "6.2.4.3: colours of a printing press, " + name
        if thing.get("/Type") == "/Annot":
            flags = thing.get("/F", 0)
            if not flags & 4 or flags & (1 | 2 | 32 | 256):
                yield "6.3.2: an annotation that is hidden or does not print, " + name
            if thing.get("/Subtype") != "/Link":
                yield "6.3.1: an annotation of kind %s, %s" % (thing.get("/Subtype"), name)
            if "/AA" in thing or "/C" in thing or "/IC" in thing:
                yield "6.3, 6.5.2: an annotation with actions or colours of its own, " + name
        if thing.get("/Type") == "/Page" and "/AA" in thing:
            yield "6.5.2: a page with actions"


def widths_of(array):
    widths, at = {}, 0
    while at < len(array):
        if isinstance(array[at + 1], list):
            widths.update({array[at] + more: width for more, width in enumerate(array[at + 1])})
            at += 2
        else:
            widths.update({cid: array[at + 2] for cid in range(array[at], array[at + 1] + 1)})
            at += 3
    return widths


def faults_of_fonts(pdf):
    used = {}
    for page in pdf.pages():
        fonts = pdf.get(pdf.get(page["/Resources"]).get("/Font", {}))
        for font, glyphs, mode in shown(pdf.contents(page)):
            if font is None:
                yield glyphs
            elif font not in fonts:
                yield "6.2.11: text in a font that the page does not have, " + font
            elif mode != 3:
                used.setdefault(fonts[font], set()).update(glyphs)
    for reference, glyphs in used.items():
        font = pdf.get(reference)
        name = font.get("/BaseFont", reference)
        if font.get("/Subtype") != "/Type0" or font.get("/Encoding") != "/Identity-H":
            yield "6.2.11.3: %s is not a composite font in Identity-H" % name
            continue
        below = pdf.get(font["/DescendantFonts"][0])
        descriptor = pdf.get(below["/FontDescriptor"])
        if below.get("/CIDSystemInfo", {}).get("/Ordering") != "u:Identity":
            yield "6.2.11.3.1: %s is of another character collection than its encoding" % name
        if below["/Subtype"] == "/CIDFontType2" and below.get("/CIDToGIDMap") != "/Identity":
            yield "6.2.11.3.2: %s does not say which glyph a number is" % name
        if "/CIDSet" in descriptor:
            yield "6.2.11.4.2: %s has a CIDSet, which is not checked here" % name
        program = descriptor.get("/FontFile3" if below["/Subtype"] == "/CIDFontType0" else "/FontFile2")
        if program is None:
            yield "6.2.11.4.1: %s is not embedded" % name
            continue
        try:
            face = TTFont(io.BytesIO(pdf.streams[program]))
            order, advances, em = face.getGlyphOrder(), face["hmtx"], face["head"].unitsPerEm
            outlines = next((tag for tag in ("glyf", "CFF ") if tag in face), None)
        except Exception as error:  # whatever a broken font does
            yield "6.2.11.4.1: the program of %s cannot be read: %s" % (name, error)
            continue
        if outlines is None:
            yield "6.2.11.4.1: the program of %s has no outlines" % name
        cids = face["CFF "].cff[0].charset if outlines == "CFF " and hasattr(face["CFF "].cff[0], "ROS") else None
        glyph_of = {int(one[3:]): one for one in cids if re.fullmatch(r"cid\d+", one)} if cids else None
        widths = widths_of(below.get("/W", []))
        for glyph in sorted(glyphs):
            if glyph == 0:
                yield "6.2.11.8: %s shows .notdef" % name
            elif glyph_of is not None and glyph not in glyph_of or glyph_of is None and glyph >= len(order):
                yield "6.2.11.4.1: %s has no glyph %d" % (name, glyph)
            else:
                advance = advances[glyph_of[glyph] if glyph_of else order[glyph]][0] * 1000 / em
                if abs(advance - widths.get(glyph, below.get("/DW", 1000))) > 1:
                    yield "6.2.11.5: glyph %d of %s is %.1f wide, and the file says %s" % (glyph, name, advance, widths.get(glyph))


def main():
    pdf = Pdf(sys.argv[1])
    if len(sys.argv) > 2:
        DAMAGES[sys.argv[2]](pdf)
    faults = [fault for check in (faults_of_file, faults_of_catalog, faults_of_looks, faults_of_fonts) for fault in check(pdf)]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())

"""What is planted in a test's files: long and odd enough not to come about by chance."""

AUTHOR = "Zhengren-Jia-84126"
SERIAL = "SN7F3K90021XQ"
MAKER = "DengPhone-Werke"
MODEL = "Weiming-9-Ultra"
PROGRAM = "HuaHuaEditor-3.14"
COMMENT = "zai-qiaotou-chuangkou-pai-de"
COMPANY = "Shili-Jiagongchang-77"
CANARY = "canary-huangpi-tree-at-the-dark-ditch-7"
LATITUDE, LONGITUDE = 24.731244, 113.612577
DAY = "2019-03-04"
MOMENT = f"{DAY}T05:06:07"

MARKS = {
    "the author": AUTHOR,
    "the serial number": SERIAL,
    "the maker": MAKER,
    "the model": MODEL,
    "the program": PROGRAM,
    "the comment": COMMENT,
    "the company": COMPANY,
    "the place": "24.7312",
    "the date of a photo": "2019:03:04",
    "the date of a paper": "20190304",
    "the date": DAY,
}


XMP = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"
 xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"
 xmp:CreatorTool="{PROGRAM}" xmp:CreateDate="{MOMENT}" aux:SerialNumber="{SERIAL}"
 exif:GPSLatitude="24,43.8746N" exif:GPSLongitude="113,36.7546E">
<dc:creator><rdf:Seq><rdf:li>{AUTHOR}</rdf:li></rdf:Seq></dc:creator>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{COMMENT}</rdf:li></rdf:Alt></dc:description>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="w"?>""".encode()

"""Makes stamp-sans-sc.otf, the letters that the photo stamp can write, from a system copy of Noto Sans CJK.

Run in a virtual environment holding fonttools: python make-font.py [NotoSansCJK-Bold.ttc]
The same source font and fonttools version give the same bytes.
"""

import sys

from fontTools import subset
from fontTools.ttLib import TTCollection

SOURCE = sys.argv[1] if len(sys.argv) > 1 else "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc"
TARGET = "stamp-sans-sc.otf"

# ASCII, and the signs that a stamp, an address or a grid's name may hold.
SIGNS = "°±·，。、：；？！（）《》【】“”‘’…—－～×／＋＃＠％＆□№℃①②③④⑤⑥⑦⑧⑨⑩ⅠⅡⅢⅣⅤ" + "０１２３４５６７８９"

# Hanzi of addresses and place names (rivers, counties, courtyards) that level 1 lacks.
PLACES = (
    "幢甬亳濮衢泸邛崃岷嵊泗浔溧溆滁漯潍涿渑沭沂沅沔泾浠淇涞涪濉瀍灞瀛邡邳邯郓郸郴郯郫鄄鄞鄢酆隰陉隍堽塬垸埠坨圩坻垭坳埂垌埇埕"
    "堍墀岙峁岽峪崂崆嶂嵩嶝砀碚硖硚礁磴甸畈畲睢瞿穰筠箐篁缙栾栎桫梓楠榕榆槐樟橹檀杞枞柞栲桉桦梵榉汶洮洺浏浐渭湟湄湫滇溱漳潼澧濠"
    "瀑赣皖闽粤琼黔陇莒莘菏蒗蓟蕲薛藁蔚荥芮芷茌茳荻莆菖葭蓥蒿衙裴谯赉赊轵辽郏郧郾郢鄯鄱钰铧锟镇镏闾阆阚阡阪隈雒霍颍饶馗骊鲅鳌鹿"
    "麒麟黟黉黾鼋鼎璧瑷珲珥珙琅琊瑶瓯旌昕昱晏暨曦朐朔殷毓沣沪淄湘漕煜熙犍猇琚甄苑馨庭阙轩榭邸祠庵坊堰垄垛埭塾墩弄衖汀浜涘浦渚溇潞"
)


def letters() -> set[str]:
    """ASCII, the signs above, GB 2312 level 1 (rows 16 to 55: the 3,755 commonest hanzi) and PLACES."""
    found = {chr(code) for code in range(0x20, 0x7F)} | set(SIGNS) | set(PLACES)
    for row in range(16, 56):
        for column in range(1, 95):
            try:
                found.add(bytes([0xA0 + row, 0xA0 + column]).decode("gb2312"))
            except UnicodeDecodeError:
                pass  # the last row is not full
    return found


def main() -> None:
    faces = TTCollection(SOURCE).fonts
    face = next(f for f in faces if f["name"].getDebugName(4).startswith("Noto Sans CJK SC"))
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.name_IDs = [0, 7, 13, 14]  # copyright, trademark, licence, where it is
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "GSUB", "GPOS", "GDEF", "DSIG"]
    maker = subset.Subsetter(options)
    maker.populate(text="".join(letters()))
    maker.subset(face)
    face["head"].modified = face["head"].created
    face.recalcTimestamp = False
    subset.save_font(face, TARGET, options)
    print(TARGET, len(face.getGlyphOrder()), "glyphs; missing:", "".join(sorted(letters() - set(map(chr, face.getBestCmap())))))


main()

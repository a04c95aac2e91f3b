import io
import pytest
from PIL import Image
pytestmark=[pytest.mark.browser]
def photo():
    im=Image.effect_noise((1600,1200),80).convert("RGB")
    out=io.BytesIO(); ex=im.getexif(); ex[0x0112]=6; ex[0x010F]="CANARYMAKE"; im.save(out,"JPEG",exif=ex); return out.getvalue()
def test_it(writer, count, app):
    page=writer.page
    writer.open(); writer.fill()
    page.on("response", lambda r: r.status>=400 and print("RESP", r.status, r.url, r.text()[:200]))
    page.set_input_files("#files", [{"name":"IMG_1.jpg","mimeType":"image/jpeg","buffer":photo()},{"name":"a\u202epdf.exe","mimeType":"application/pdf","buffer":b"%PDF-1.4 CANARY"*300000}])
    try:
        page.wait_for_selector("#files-list li:nth-child(2) [data-act=keep]:visible", timeout=15000)
    finally:
        print(page.inner_text("#files-block")); print(writer.complaints)
    page.screenshot(path="/tmp/a.png", full_page=True)
    page.click("#files-list li:nth-child(2) [data-act=keep]")
    writer.send()
    try:
        print(writer.receipt)
    finally:
        page.screenshot(path="/tmp/b.png", full_page=True)
        print(page.inner_text("#main")[:600]); print(writer.complaints)
        print([p for p,_ in writer.posted])

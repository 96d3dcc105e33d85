from dev.openapi.document import FILE, PROJECT, text

FILE.write_text(text(), encoding="utf-8")
print(f"{FILE.relative_to(PROJECT)} written")

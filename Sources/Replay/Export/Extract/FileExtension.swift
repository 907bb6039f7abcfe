/// The usual extensions of files, by media type (IANA media types, and what servers call them besides).
enum FileExtension {
  /// The extension without its dot for a type in lower case; nil where there is none.
  static func of(_ type: String) -> String? {
    if let known = known[type] { return known }
    if type.hasSuffix("+json") { return "json" }
    if type.hasSuffix("+xml") { return "xml" }
    if type.hasSuffix("+zip") { return "zip" }
    if type.hasPrefix("text/") { return "txt" }
    return nil
  }

  /// The extension for a content coding that was left on; nil where there is none in use.
  static func ofCoding(_ coding: String) -> String? {
    switch coding {
    case "gzip", "x-gzip": "gz"
    case "br": "br"
    case "zstd": "zst"
    case "deflate": "zz"
    case "compress", "x-compress": "Z"
    default: nil
    }
  }

  private static let known: [String: String] = [
    "application/dns-message": "dns", "application/gzip": "gz", "application/javascript": "js",
    "application/json": "json", "application/json5": "json5", "application/ld+json": "jsonld",
    "application/java-archive": "jar", "application/manifest+json": "webmanifest",
    "application/msword": "doc", "application/ogg": "ogx", "application/pdf": "pdf",
    "application/pkix-cert": "cer", "application/pkix-crl": "crl", "application/ocsp-response": "ocsp",
    "application/rtf": "rtf", "application/vnd.apple.mpegurl": "m3u8",
    "application/vnd.debian.binary-package": "deb",
    "application/vnd.ms-excel": "xls", "application/vnd.ms-fontobject": "eot",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/wasm": "wasm", "application/x-7z-compressed": "7z", "application/x-bzip2": "bz2",
    "application/x-debian-package": "deb", "application/x-gzip": "gz", "application/x-javascript": "js",
    "application/x-ndjson": "ndjson", "application/x-pem-file": "pem", "application/x-protobuf": "pb",
    "application/x-rpm": "rpm", "application/x-sh": "sh", "application/x-tar": "tar",
    "application/x-www-form-urlencoded": "form", "application/x-xz": "xz", "application/xhtml+xml": "xhtml",
    "application/xml": "xml", "application/yaml": "yaml", "application/zip": "zip", "application/zstd": "zst",
    "audio/aac": "aac", "audio/flac": "flac", "audio/mpeg": "mp3", "audio/ogg": "ogg", "audio/wav": "wav",
    "audio/webm": "weba", "font/otf": "otf", "font/ttf": "ttf", "font/woff": "woff", "font/woff2": "woff2",
    "image/apng": "apng", "image/avif": "avif", "image/bmp": "bmp", "image/gif": "gif", "image/heic": "heic",
    "image/jpeg": "jpg", "image/jxl": "jxl", "image/png": "png", "image/svg+xml": "svg", "image/tiff": "tiff",
    "image/vnd.microsoft.icon": "ico", "image/webp": "webp", "image/x-icon": "ico",
    "message/rfc822": "eml", "multipart/form-data": "form", "text/calendar": "ics", "text/css": "css",
    "text/csv": "csv", "text/event-stream": "sse", "text/html": "html", "text/javascript": "js",
    "text/markdown": "md", "text/plain": "txt", "text/vcard": "vcf", "text/xml": "xml",
    "video/mp2t": "ts", "video/mp4": "mp4", "video/mpeg": "mpg", "video/ogg": "ogv",
    "video/quicktime": "mov", "video/webm": "webm",
  ]
}

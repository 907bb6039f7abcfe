import Foundation
import TestSupport
import Testing

/// XML, as an independent reader sees it.
enum XMLDocumentCheck {
  /// Fails where the text is no XML.
  static func check(_ text: String) throws {
    let directory = try TemporaryDirectory()
    let path = try directory.write(Array(text.utf8), to: "document.xml")
    let run = try ToolRun([
      "/usr/bin/python3", "-c", "import sys, xml.dom.minidom as m; m.parse(sys.argv[1])", path,
    ])
    #expect(run.status == 0, "\(run.errors)")
  }
}

import Inspection
import SessionEvents

/// What the file of a body is called: as the server says (RFC 6266), else as the URL's last component, else as its host.
struct BodyName {
  private let web: WebExchange
  private let sender: Party

  init(_ web: WebExchange, _ sender: Party) {
    self.web = web
    self.sender = sender
  }

  var name: FileName {
    let type = fields.mediaType.flatMap(FileExtension.of)
    if let given = dispositionName {
      let name = FileName(given)
      return name.hasExtension ? name : name.adding(type)
    }
    if let component = lastComponent {
      var name = FileName(component)
      if sender == .client { name = FileName(Array("\(name).request".utf8)).adding(type) }
      return name.hasExtension ? name : name.adding(type)
    }
    let host = FileName(HostAndPort(web.authority).host)
    // A host's name looks as if it had an extension.
    return FileName(Array("\(host)\(sender == .client ? ".request" : "")".utf8)).adding(type)
  }

  private var fields: [HTTPField] {
    (sender == .client ? web.http.request?.headers : web.http.response?.headers) ?? []
  }

  /// Only a response has one that names the whole body.
  private var dispositionName: [UInt8]? {
    guard sender == .server, let value = fields.value("content-disposition"),
      let parametersStart = value.firstIndex(of: UInt8(ascii: ";"))
    else { return nil }
    let parameters = ParameterList(value[parametersStart...])
    let name = parameters.first("filename*").flatMap(Self.extended) ?? parameters.first("filename")
    // Some servers send paths, of whichever system.
    let last = name?.split { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "\\") }.last
    return last.map(Array.init)
  }

  /// `UTF-8'en'%e2%82%ac.txt` (RFC 8187 §3.2.1); nil for another charset.
  private static func extended(_ value: [UInt8]) -> [UInt8]? {
    let parts = value.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, String(decoding: parts[0], as: UTF8.self).lowercased() == "utf-8" else {
      return nil
    }
    return PercentCoding.decoded(parts[2])
  }

  private var lastComponent: [UInt8]? {
    guard let request = web.http.request, !request.target.isEmpty else { return nil }
    var path = Array(web.url(target: request.target).utf8)[...]
    if let end = path.firstIndex(where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) {
      path = path[..<end]
    }
    // Behind the scheme and the authority.
    guard let colon = path.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    let components = path[colon...].dropFirst(3).split(
      separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    guard components.count > 1, let last = components.last, !last.isEmpty else { return nil }
    return PercentCoding.decoded(last)
  }
}

extension FileName {
  /// The name with an extension, if there is one to add.
  fileprivate func adding(_ ending: String?) -> FileName {
    ending.map { adding(extension: $0) } ?? self
  }
}

import Inspection
import SessionEvents

extension ExchangeLines {
  /// Tells what the server chose and showed, and how much cannot be read.
  ///
  ///     TLS  server chose TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256  ALPN h2  certificate CN=example.com …
  func addServerHello(_ hello: TLSServerHelloFacts, to line: inout StyledLine) {
    line.addColumns(what: "TLS", status: "", statusStyle: .plain, size: "", duration: duration)
    if let version = hello.version {
      line.addWords(hello.isRetryRequest ? "server asks for another hello:" : "server chose")
      line.add(DisplayText.safe(version))
      if let cipher = hello.cipher { line.add(DisplayText.safe(cipher)) }
    } else {
      line.addWords(hello.alerts.isEmpty ? "server hello not recorded" : "no server hello", .notable)
    }
    if let alpn = hello.alpn { line.add("ALPN \(DisplayText.safe(bytes: alpn))", separator: "  ") }
    if hello.isResumed == true { line.add("resumed", .dim, separator: "  ") }
    addCertificates(hello.certificates, label: "certificate", to: &line)
    if hello.wantsClientCertificate, hello.clientCertificates.isEmpty {
      line.addWords("asks for a client certificate", .dim, separator: "  ")
    }
    addCertificates(hello.clientCertificates, label: "client's certificate", to: &line)
    for alert in hello.alerts {
      line.add(
        "\(alert.sender.rawValue): \(DisplayText.safe(alert.description))",
        alert.level == "fatal" ? .bad : .notable, separator: "  ")
    }
    if let records = hello.records { addRecords(records, to: &line) }
  }

  private func addCertificates(
    _ certificates: [CertificateFacts], label: String, to line: inout StyledLine
  ) {
    guard let leaf = certificates.first else { return }
    let subject = leaf.subject.isEmpty ? leaf.names.first ?? "without a name" : leaf.subject
    line.addWords("\(label) \(DisplayText.safe(subject)),", separator: "  ")
    let begin = CivilTime(leaf.notBefore).date
    let end = CivilTime(leaf.notAfter).date
    let isCurrent = leaf.notBefore <= exchange.start && exchange.start <= leaf.notAfter
    line.addWords("valid \(begin) to \(end),", isCurrent ? .dim : .bad)
    let isLast = certificates.count == 1
    let issuer = leaf.issuer == leaf.subject ? "itself" : DisplayText.safe(leaf.issuer)
    line.addWords("issued by \(issuer)" + (isLast ? "" : ","), .dim)
    if !isLast { line.addWords("chain of \(certificates.count)", .dim) }
  }

  private func addRecords(_ records: TLSRecordCounts, to line: inout StyledLine) {
    let sides = [("client", records.client), ("server", records.server)]
    for (name, side) in sides where side.applicationRecordCount > 0 {
      let size = HumaneUnits.size(side.applicationByteCount)
      line.add(size, .dim, separator: "  ")
      line.addWords("encrypted from the \(name)", .dim)
    }
  }
}

extension StyledLine {
  /// Adds a part for each word, so that the line may be wrapped between them.
  fileprivate mutating func addWords(_ text: String, _ style: Style = .plain, separator: String = " ") {
    for (index, word) in text.split(separator: " ").enumerated() {
      add(String(word), style, separator: index == 0 ? separator : " ")
    }
  }
}

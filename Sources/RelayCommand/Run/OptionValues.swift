public import ArgumentParser
import Packets
public import Recorder
public import TLSEngine

extension PortMap: ExpressibleByArgument {
  public init?(argument: String) {
    self.init(argument)
  }
}

extension BadCertificatePolicy: ExpressibleByArgument {}

/// `--link-type`.
enum LinkTypeChoice: String, ExpressibleByArgument, CaseIterable {
  case raw
  case ethernet

  var framing: PacketWriter.Framing {
    switch self {
    case .raw: .raw
    case .ethernet: .ethernet
    }
  }
}

/// `--on-record-failure`.
enum RecordFailurePolicy: String, ExpressibleByArgument, CaseIterable {
  case stop
  case `continue`
}

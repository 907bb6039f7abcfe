public import SessionEvents

/// Takes the events of a capture in order, each with the number, from 1, of the packet that it came from.
public typealias ReplayEmit = (_ event: SessionEvent, _ packet: UInt64?) -> Void

/// Takes the number of a packet, from 1, and the session that it belongs to.
public typealias PacketOwner = (_ packet: UInt64, _ session: SessionID) -> Void

/// A batch on its way between threads; one of them has it at one time. Handed on as a value, each of its lists would be
/// counted at every step, in memory that the other thread used last.
public final class BatchCarrier: @unchecked Sendable {
    fileprivate(set) var batch: PacketBatch

    fileprivate init(_ batch: consuming PacketBatch) { self.batch = batch }
}

extension BatchFiller {
    /// Nothing yet, to be exchanged for what is filled.
    public var carrier: BatchCarrier { BatchCarrier(empty) }

    /// Loads the carrier with what is filled, and goes on in the memory that it brought.
    public mutating func exchange(with carrier: BatchCarrier) {
        exchange(with: &carrier.batch)
    }
}

extension CaptureDecoder {
    /// Takes what the carrier brought; it can be filled again.
    public func feed(_ carrier: BatchCarrier) {
        feed(carrier.batch)
        carrier.batch.release()
    }
}

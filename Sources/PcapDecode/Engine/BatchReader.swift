import FaxCore

/// What was read of a capture's frames.
public struct FrameTally: Sendable {
    public var count = 0
    public var first = Instant.distantFuture
    public var last = Instant(nanoseconds: .min)

    public init() {}
}

/// Reads a capture frame by frame and hands on, batch by batch, what its network layer holds. Whoever takes the batches
/// follows calls with them (``CaptureDecoder/feed(_:)-(PacketBatch)``), on the same thread or another one.
public final class BatchReader {
    /// Between two questions whether to go on.
    private static let framesBetweenQuestions = 0x1000

    private let source: CaptureInput
    /// Frames from and to these times are taken, others only counted.
    private let from: Instant
    private let to: Instant
    private var filler: BatchFiller
    /// Takes the batch of the filler and leaves it empty.
    private let hand: (inout BatchFiller) -> Void
    public private(set) var tally = FrameTally()

    public init(
        _ source: CaptureInput, _ filler: consuming BatchFiller, from: Instant?, to: Instant?,
        hand: @escaping (inout BatchFiller) -> Void
    ) {
        self.source = source
        self.filler = filler
        self.from = from ?? Instant(nanoseconds: .min)
        self.to = to ?? .distantFuture
        self.hand = hand
    }

    /// Reads to the end, or until `goesOn`, which is asked every so often, says `false`.
    /// - Parameter willWait: the next frame may be long in coming; all before it have been handed on.
    /// - Returns: whether the end was reached.
    public func read(willWait: @escaping () -> Void = {}, goesOn: () -> Bool) -> Bool {
        source.willRead = { [unowned self] in
            send()
            willWait()
        }
        source.onBlock = { [unowned self] block in
            if block == nil { send() }
            filler.goOn(in: block)
        }
        defer {
            source.willRead = nil
            source.onBlock = nil
        }
        let isWhole =
            switch source.source {
            case .single(let reader): read(reader, goesOn)
            case .merged(let capture): read(capture, goesOn)
            }
        filler.finish()
        send()
        return isWhole
    }

    @inline(__always)
    private func read(_ frames: some FrameSource, _ goesOn: () -> Bool) -> Bool {
        // In registers: the callbacks above do not look at it.
        var tally = tally
        defer { self.tally = tally }
        while let frame = frames.next() {
            tally.count &+= 1
            tally.first = min(tally.first, frame.time)
            tally.last = max(tally.last, frame.time)
            if frame.time >= from, frame.time <= to {
                filler.add(frame, frames.bytes)
                if filler.batch.isFull { send() }
            }
            guard tally.count % Self.framesBetweenQuestions == 0 else { continue }
            self.tally = tally
            if !goesOn() { return false }
        }
        return true
    }

    private func send() {
        if !filler.batch.isEmpty { hand(&filler) }
    }
}

/// Frames one after the other.
protocol FrameSource {
    func next() -> FrameHeader?
    /// Octets of the frame last returned; valid until the next call.
    var bytes: RawSpan { @_lifetime(borrow self) get }
}

extension CaptureReader: FrameSource {}
extension MergedCapture: FrameSource {}

import FaxCore
import FaxWire

/// Follows the packets of one stream and keeps when each signal was announced, filled and ended.
struct IFPSignalLog {
    private(set) var signals: [IFPSignal] = []
    private let stream: Int
    private let party: Party?
    /// The signal that is open, if any: held whole and changed in place with every packet.
    private var current = IFPSignal(party: nil, stream: 0, end: .zero, endFrame: FrameRef(number: 0))
    private var isOpen = false
    /// Of the signal that is open, in nanoseconds.
    private var longestPause: Int64 = 0

    init(stream: Int, party: Party?) {
        self.stream = stream
        self.party = party
    }

    mutating func announce(_ indicator: T38Indicator, _ place: T38Place) {
        open(place)
        current.indicator = indicator
        current.announced = place.mark
    }

    /// Data of a signal begins; `isContinued`: an indicator of it is open.
    mutating func begin(_ type: T38DataType, isContinued: Bool, _ place: T38Place) {
        if !isContinued || !isOpen { open(place) }
        current.type = type
    }

    /// A packet with data; `isInside`: what came before it left something open.
    mutating func take(_ place: T38Place, isInside: Bool) {
        guard isOpen else { return }
        guard let last = current.lastData else {
            current.firstData = place.mark
            return extend(to: place)
        }
        if last.frame == place.frame { return }
        // In nanoseconds: every packet comes here, and a `Duration` is counted in 128 bits.
        let (length, isEndless) = place.time.nanoseconds.subtractingReportingOverflow(last.time.nanoseconds)
        let pause = isEndless ? Int64.max : length
        if isInside, place.time > last.time, pause > longestPause {
            longestPause = pause
            current.longestPause = IFPSignal.Pause(
                start: last.time, end: place.time, before: last.frame, after: place.frame, hasLoss: place.followsGap)
        }
        extend(to: place)
    }

    private mutating func extend(to place: T38Place) {
        current.lastData = place.mark
        current.end = place.time
        current.endFrame = place.frame
    }

    mutating func end(_ ending: IFPSignal.Ending, _ place: T38Place) {
        guard isOpen else { return }
        isOpen = false
        current.ending = ending
        if ending == .field || ending == .noSignal {
            current.end = place.time
            current.endFrame = place.frame
        }
        signals.append(current)
    }

    /// What came was no signal.
    mutating func discard() { isOpen = false }

    private mutating func open(_ place: T38Place) {
        current = IFPSignal(party: party, stream: stream, end: place.time, endFrame: place.frame)
        longestPause = 0
        isOpen = true
    }
}

/// Where an IFP packet stood in the capture.
struct T38Place {
    var frame = FrameRef(number: 0)
    var time = Instant.zero
    /// It came in its own packet, not as a copy or by parity.
    var isOwn = true
    /// Packets are missing before it.
    var followsGap = false

    var mark: IFPSignal.Mark { IFPSignal.Mark(time: time, frame: frame, isExact: isOwn && !followsGap) }
}

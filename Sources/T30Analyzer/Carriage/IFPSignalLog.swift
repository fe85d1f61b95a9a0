import FaxCore
import FaxWire

/// Follows the packets of one stream and keeps when each signal was announced, filled and ended.
struct IFPSignalLog {
    private(set) var signals: [IFPSignal] = []
    private let stream: Int
    private let party: Party?
    private var open: IFPSignal?

    init(stream: Int, party: Party?) {
        self.stream = stream
        self.party = party
    }

    mutating func announce(_ indicator: T38Indicator, _ place: T38Place) {
        var signal = new(place)
        signal.indicator = indicator
        signal.announced = place.mark
        open = signal
    }

    /// Data of a signal begins; `isContinued`: an indicator of it is open.
    mutating func begin(_ type: T38DataType, isContinued: Bool, _ place: T38Place) {
        if !isContinued || open == nil { open = new(place) }
        open?.type = type
    }

    /// A packet with data; `isInside`: what came before it left something open.
    mutating func take(_ place: T38Place, isInside: Bool) {
        if open?.lastData?.frame == place.frame { return }
        guard let last = open?.lastData else {
            open?.firstData = place.mark
            extend(to: place)
            return
        }
        if isInside, place.time - last.time > open?.longestPause?.length ?? .zero {
            open?.longestPause = IFPSignal.Pause(
                start: last.time, end: place.time, before: last.frame, after: place.frame, hasLoss: place.followsGap)
        }
        extend(to: place)
    }

    private mutating func extend(to place: T38Place) {
        open?.lastData = place.mark
        open?.end = place.time
        open?.endFrame = place.frame
    }

    mutating func end(_ ending: IFPSignal.Ending, _ place: T38Place) {
        guard var signal = open else { return }
        open = nil
        signal.ending = ending
        if ending == .field || ending == .noSignal {
            signal.end = place.time
            signal.endFrame = place.frame
        }
        signals.append(signal)
    }

    /// What came was no signal.
    mutating func discard() { open = nil }

    private func new(_ place: T38Place) -> IFPSignal {
        IFPSignal(party: party, stream: stream, end: place.time, endFrame: place.frame)
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

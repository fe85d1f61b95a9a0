/// Puts the media frames of one direction in order. IAX2's mini frames have no numbers, and their milliseconds are what
/// the sender's clock said when it sent them, a little early or late; so each frame is given a number, and a timestamp
/// of 8 kHz that goes on without seams where the milliseconds nearly do.
public struct IAX2Clock: Sendable {
    public struct Place: Sendable, Hashable {
        /// Counts missing frames, too.
        public var sequence: UInt16
        public var timestamp: UInt32
        /// A pause of the sender came before.
        public var marker: Bool
    }

    public enum Limit {
        /// A frame may come this share of its length beside its time.
        public static let tolerance = 0.75
        /// More missing frames in a row are a pause of the sender.
        public static let missingFrames = 10
        /// Frames this far behind are late; further, the sender's clock was set anew.
        public static let lateFrames = 32
        /// How much of what a frame is early or late by goes into where the next is expected: clocks drift slowly.
        public static let drift = 0.1
        /// Longest pause laid out, in samples: 5 minutes.
        public static let pause = 2_400_000.0
    }

    private struct Last: Sendable {
        var sequence: UInt16
        var timestamp: UInt32
        var samples: Int
        /// Milliseconds at which the next frame is expected.
        var next: Double
    }

    /// The last milliseconds in full, which mini frames know 16 bits of.
    public private(set) var milliseconds = 0
    private var last: Last?

    public init() {}

    /// The low 16 bits of a mini frame, extended next to the last milliseconds.
    public mutating func extended(_ low: UInt16) -> Int {
        let distance = Int(Int16(bitPattern: low &- UInt16(truncatingIfNeeded: milliseconds)))
        return milliseconds + distance
    }

    /// Takes the milliseconds of a full frame.
    public mutating func set(_ value: UInt32) { milliseconds = Int(value) }

    /// By how many milliseconds a frame is later than expected, where so much means that frames are missing, unless
    /// those that follow are early by as much; `nil`: it is in its place, or nothing that follows can change it.
    public func lateness(_ time: Int) -> Double? {
        guard let last else { return nil }
        let late = Double(time) - last.next
        let length = Double(last.samples) / 8
        let isMissing = late > Limit.tolerance * length && late < (Double(Limit.missingFrames) + 0.5) * length
        return isMissing ? late : nil
    }

    /// Takes a frame that a sender which stood still for a moment stamped late: it goes on from the one before.
    public mutating func placeNext(_ time: Int, samples: Int) -> Place {
        guard let before = last else { return place(time, samples: samples) }
        milliseconds = max(milliseconds, time)
        let place = Place(
            sequence: before.sequence &+ 1, timestamp: before.timestamp &+ UInt32(before.samples), marker: false)
        return advance(to: place, samples, before.next)
    }

    /// `samples`: of the frame, more than 0.
    public mutating func place(_ time: Int, samples: Int) -> Place {
        guard let before = last else {
            milliseconds = time
            let timestamp = UInt32(truncatingIfNeeded: time * 8)
            return advance(to: Place(sequence: 0, timestamp: timestamp, marker: true), samples, Double(time))
        }
        let length = Double(before.samples) / 8
        let early = before.next - Double(time)
        let nextTimestamp = before.timestamp &+ UInt32(before.samples)
        if early > Limit.tolerance * length {
            let frames = (early / length).rounded()
            if frames <= Double(Limit.lateFrames) {
                let back = UInt16(frames)
                return Place(
                    sequence: before.sequence &+ 1 &- back,
                    timestamp: nextTimestamp &- UInt32(back) &* UInt32(before.samples), marker: false)
            }
            milliseconds = time
            let place = Place(sequence: before.sequence &+ 1, timestamp: nextTimestamp, marker: true)
            return advance(to: place, samples, Double(time))
        }
        milliseconds = max(milliseconds, time)
        if -early > Limit.tolerance * length {
            return skip(before, -early, length, nextTimestamp, samples, time)
        }
        let place = Place(sequence: before.sequence &+ 1, timestamp: nextTimestamp, marker: false)
        return advance(to: place, samples, before.next - Limit.drift * early)
    }

    /// Frames are missing, or the sender paused.
    private mutating func skip(
        _ before: Last, _ late: Double, _ length: Double, _ nextTimestamp: UInt32, _ samples: Int, _ time: Int
    ) -> Place {
        let frames = (late / length).rounded()
        var place = Place(sequence: before.sequence &+ 1, timestamp: nextTimestamp, marker: true)
        if frames <= Double(Limit.missingFrames) {
            let missing = UInt16(max(1, frames))
            place.sequence &+= missing
            place.timestamp &+= UInt32(missing) &* UInt32(before.samples)
            place.marker = false
        } else {
            place.timestamp &+= UInt32(min(late * 8, Limit.pause))
        }
        return advance(to: place, samples, Double(time))
    }

    private mutating func advance(to place: Place, _ samples: Int, _ time: Double) -> Place {
        last = Last(
            sequence: place.sequence, timestamp: place.timestamp, samples: samples, next: time + Double(samples) / 8)
        return place
    }
}

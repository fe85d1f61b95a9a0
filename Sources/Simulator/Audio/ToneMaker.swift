import Foundation

/// Levels of test audio: 16-bit samples at 8 kHz, a sine of full scale has +3.17 dBm0.
enum AudioLevel {
    /// The peak of a sine of a level.
    static func peak(dBm0: Double) -> Double { 32_768 * pow(10, (dBm0 - 3.17) / 20) }
    /// The effective value of anything of a level.
    static func effective(dBm0: Double) -> Double { peak(dBm0: dBm0) / 2.squareRoot() }
    static func sample(_ value: Double) -> Int16 { Int16(clamping: Int(value.rounded())) }
}

/// Makes tones: one or several frequencies, amplitude modulation, phase reversals, cadences.
public struct ToneMaker: Sendable {
    public struct Component: Sendable {
        public var hz: Double
        public var dBm0: Double

        public init(hz: Double, dBm0: Double) {
            self.hz = hz
            self.dBm0 = dBm0
        }
    }

    public var components: [Component]
    /// Amplitude modulation by a sine: its frequency, and its depth, 0 … 1.
    public var modulation: (hz: Double, depth: Double) = (0, 0)
    /// The phase turns by 180° each so many seconds; 0 never.
    public var reversalSeconds = 0.0

    public init(_ components: [Component]) { self.components = components }

    /// Each frequency at the same level.
    public init(hz: [Double], dBm0: Double) { components = hz.map { Component(hz: $0, dBm0: dBm0) } }

    public func samples(seconds: Double) -> [Int16] {
        let waves = components.map { (AudioLevel.peak(dBm0: $0.dBm0), 2 * Double.pi * $0.hz / 8000) }
        return (0..<Int((seconds * 8000).rounded())).map { index in
            let time = Double(index) / 8000
            let swing = 1 + modulation.depth * sin(2 * .pi * modulation.hz * time)
            let sign = reversalSeconds > 0 && Int(time / reversalSeconds) & 1 == 1 ? -1.0 : 1.0
            let sum = waves.reduce(0) { $0 + $1.0 * sin($1.1 * Double(index)) }
            return AudioLevel.sample(sum * swing * sign)
        }
    }

    /// On and off in turn, beginning with on, `seconds` in all.
    public func cadence(_ pattern: [Double], seconds: Double) -> [Int16] {
        var audio: [Int16] = []
        let wanted = Int(seconds * 8000)
        guard pattern.contains(where: { $0 > 0 }) else { return AudioSilence.samples(seconds: seconds) }
        var part = 0
        while audio.count < wanted {
            let length = pattern[part % pattern.count]
            audio += part & 1 == 0 ? samples(seconds: length) : AudioSilence.samples(seconds: length)
            part += 1
        }
        return Array(audio.prefix(wanted))
    }

    // MARK: Tones of the Recommendations

    /// T.30 4.2.
    public static func cng(dBm0: Double = -13, seconds: Double = 4) -> [Int16] {
        ToneMaker(hz: [1100], dBm0: dBm0).cadence([0.5, 3], seconds: seconds)
    }

    /// 2100 Hz: CED and ANS plain, /ANS with reversals, ANSam with modulation, /ANSam with both (T.30 4.1, V.25, V.8).
    public static func answer(
        dBm0: Double = -13, seconds: Double = 3, reversed: Bool = false, modulated: Bool = false
    ) -> [Int16] {
        var maker = ToneMaker(hz: [2100], dBm0: dBm0)
        if reversed { maker.reversalSeconds = 0.45 }
        if modulated { maker.modulation = (15, 0.2) }
        return maker.samples(seconds: seconds)
    }

    /// Q.23; unknown characters are pauses.
    public static func dtmf(
        _ digits: String, dBm0: Double = -10, twistDB: Double = 2, on: Double = 0.08, off: Double = 0.08
    ) -> [Int16] {
        let rows: [Double] = [697, 770, 852, 941]
        let columns: [Double] = [1209, 1336, 1477, 1633]
        let keys = Array("123A456B789C*0#D")
        return digits.reduce(into: []) { audio, digit in
            if let key = keys.firstIndex(of: digit) {
                let maker = ToneMaker([
                    Component(hz: rows[key / 4], dBm0: dBm0 - twistDB), Component(hz: columns[key % 4], dBm0: dBm0),
                ])
                audio += maker.samples(seconds: on)
            } else {
                audio += AudioSilence.samples(seconds: on)
            }
            audio += AudioSilence.samples(seconds: off)
        }
    }
}

public enum AudioSilence {
    public static func samples(seconds: Double) -> [Int16] {
        [Int16](repeating: 0, count: max(Int((seconds * 8000).rounded()), 0))
    }
}

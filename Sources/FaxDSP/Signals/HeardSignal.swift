/// A signal heard in one direction of a call that no modem of T.30 claimed. Samples are those of the direction, at 8,000
/// a second.
public struct HeardSignal: Sendable, Hashable {
    public var kind: Kind
    /// From its first sample to the one after its last; of tones to about 5 ms.
    public var samples: Range<Int>
    /// The mean while it sounds; of ANSam with its modulation.
    public var levelDBm0: Double
    /// How far the strongest tone lies from what the Recommendation says; `nil` where nothing says so.
    public var frequencyErrorHz: Double?
    /// Where the phase of a tone turned by 180°.
    public var reversals: [Int] = []
    /// Of a call-progress signal and of repeated V.8 messages: each burst, each message.
    public var bursts: [Range<Int>] = []
    /// Of CNG: the pattern that this burst is part of.
    public var cadence: Cadence?
    /// Of the samples, how many stand at the end of the range of G.711: the signal is clipped when they are many.
    public var clippedShare = 0.0

    public init(kind: Kind, samples: Range<Int>, levelDBm0: Double, frequencyErrorHz: Double? = nil) {
        self.kind = kind
        self.samples = samples
        self.levelDBm0 = levelDBm0
        self.frequencyErrorHz = frequencyErrorHz
    }
}

extension HeardSignal {
    public enum Kind: Sendable, Hashable {
        /// 1100 Hz, half a second in every 3.5 (T.30 4.2).
        case cng
        /// 2100 Hz without reversals or modulation: CED (T.30 4.1) or ANS (V.25).
        case ced
        /// 2100 Hz with phase reversals (V.25: /ANS).
        case ansReversed
        /// 2100 Hz with 15 Hz amplitude modulation (V.8: ANSam).
        case ansam
        /// ANSam with phase reversals (V.8: /ANSam).
        case ansamReversed
        /// A digit (Q.23), `0`–`9`, `*`, `#`, `A`–`D`.
        case dtmf(Character)
        /// What exchanges tell callers; `name` is `dial`, `busy`, `congestion`, `ringback`, `SIT` or `unknown`.
        case callProgress(name: String, frequenciesHz: [Int])
        /// A single tone that is none of the others.
        case tone(hz: Int)
        case voice
        case music
        /// Steady, faint, without a pitch.
        case comfortNoise
        case noise
        /// A sound that none of the others describes.
        case unknown
        /// `CI`, `CM`, `JM` or `CJ`; `octets` as `V8Message` takes them: without the synchronisation octet.
        case v8(name: String, octets: [UInt8])
        /// A part of the start of V.34; its content is not decoded.
        case v34(phase: String)
        /// A modem that is none of Group 3's, as far as it is told.
        case dataModem(String)
    }

    /// A repeated tone; counted in samples.
    public struct Cadence: Sendable, Hashable {
        public var on: Int
        /// `nil` while there was one burst only.
        public var off: Int?
        public var burstCount: Int
    }
}

/// A setting that matters for fax or is needed to run a device under test, by one name for all devices.
public enum ATASetting: String, Sendable, Hashable, CaseIterable {
    case t38 = "t38.enable"
    /// Earlier IFP packets that are sent again with each new one.
    case t38Redundancy = "t38.redundancy"
    case t38ECM = "t38.ecm"
    case t38ReturnToVoice = "t38.return-to-voice"
    case passthroughMethod = "fax.passthrough.method"
    case passthroughCodec = "fax.passthrough.codec"
    case codecSymmetric = "fax.passthrough.symmetric"
    case processNSE = "fax.nse"
    case detectCNG = "fax.detect.cng"
    case detectCED = "fax.detect.ced"
    case detectV21 = "fax.detect.v21"
    case detectRole = "fax.detect.role"
    case faxDisablesEchoCanceller = "fax.disables-echo-canceller"
    case preferredCodec = "audio.codec"
    case onlyPreferredCodec = "audio.only-preferred-codec"
    /// Seconds of one RTP packet.
    case packetTime = "audio.packet-time"
    case silenceSuppression = "audio.silence-suppression"
    case echoCanceller = "audio.echo-canceller"
    case echoCancellerAdapts = "audio.echo-canceller-adapts"
    case echoSuppressor = "audio.echo-suppressor"
    case inputGain = "audio.gain.input"
    case outputGain = "audio.gain.output"
    case jitterLevel = "jitter.level"
    case jitterAdjustment = "jitter.adjustment"
    case callWaiting = "line.call-waiting"
    case threeWayCalls = "line.three-way"
    case modemLine = "line.modem"
    case impedance = "line.impedance"
    case lineEnabled = "line.enabled"
    case proxy = "sip.proxy"
    case registers = "sip.register"
    case user = "sip.user"
    case password = "sip.password"
    case registerExpires = "sip.expires"
    case callsWithoutRegistration = "sip.calls-without-registration"
    case answersWithoutRegistration = "sip.answers-without-registration"
    case statisticsInBye = "sip.statistics-in-bye"
    case rtpPortMinimum = "rtp.port-min"
    case rtpPortMaximum = "rtp.port-max"
    case syslogServer = "log.syslog"
    case debugServer = "log.debug"
    case debugLevel = "log.level"
    case sipDebug = "log.sip"
    case resyncPeriod = "provisioning.period"

    public enum Kind: Sendable, Hashable {
        /// `yes` or `no`.
        case flag
        case choice([String])
        case number
        case text
        case secret
    }

    /// What its values are, in the words that are used here for all devices.
    public var kind: Kind {
        switch self {
        case .t38, .t38ECM, .t38ReturnToVoice, .codecSymmetric, .processNSE, .detectCNG, .detectCED, .detectV21,
            .faxDisablesEchoCanceller, .onlyPreferredCodec, .silenceSuppression, .echoCanceller, .echoCancellerAdapts,
            .echoSuppressor, .callWaiting, .threeWayCalls, .modemLine, .lineEnabled, .registers,
            .callsWithoutRegistration, .answersWithoutRegistration, .statisticsInBye:
            .flag
        case .passthroughMethod: .choice(["none", "nse", "reinvite"])
        case .passthroughCodec: .choice(["pcmu", "pcma"])
        case .detectRole: .choice(["both", "caller", "callee"])
        case .jitterLevel: .choice(["low", "medium", "high", "very-high", "extremely-high"])
        case .jitterAdjustment: .choice(["up-and-down", "up", "down", "none", "adaptive"])
        case .preferredCodec: .choice(["pcmu", "pcma", "g726-32", "g729", "g723"])
        case .t38Redundancy, .packetTime, .inputGain, .outputGain, .registerExpires, .rtpPortMinimum, .rtpPortMaximum,
            .debugLevel, .resyncPeriod:
            .number
        case .impedance, .proxy, .user, .syslogServer, .debugServer, .sipDebug: .text
        case .password: .secret
        }
    }

    /// One setting for the whole device, not one a line.
    public var isOfDevice: Bool {
        switch self {
        case .packetTime, .inputGain, .outputGain, .impedance, .statisticsInBye, .rtpPortMinimum, .rtpPortMaximum,
            .syslogServer, .debugServer, .debugLevel, .resyncPeriod:
            true
        default: false
        }
    }
}

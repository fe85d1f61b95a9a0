import ATADrivers
import FaxCore
import FaxDSP
import FaxEndpoint
import FaxProtocol
import FaxStation
import FaxWire

/// What the settings of an emulated line make of its SIP, RTP and T.38. Times and sizes that no source gives are this
/// emulation's own, and told in `docs/ata.md`.
struct EmulatedProfile {
    private let view: SettingView
    private let model: EmulatedModel
    private let faults: EmulatedFaults

    init(_ view: SettingView, _ model: EmulatedModel, _ faults: EmulatedFaults) {
        self.view = view
        self.model = model
        self.faults = faults
    }

    private func isOn(_ setting: ATASetting) -> Bool { view[setting] == .known("yes") }

    private func value(_ setting: ATASetting) -> String? {
        if case .known(let value) = view[setting], !value.isEmpty { value } else { nil }
    }

    private func number(_ setting: ATASetting) -> Double? { value(setting).flatMap { Double($0) } }

    var proxy: String { value(.proxy) ?? "" }
    var callsUnregistered: Bool { isOn(.callsWithoutRegistration) }
    private var user: String { value(.user) ?? "line1" }

    /// `nil`: the line does not register.
    var registration: RegistrationRequest? {
        guard isOn(.lineEnabled), isOn(.registers), !faults.noRegistration, !proxy.isEmpty,
            let registrar = try? SIPTarget.destination("sip:\(proxy)")
        else { return nil }
        return RegistrationRequest(registrar: registrar, expires: Int(number(.registerExpires) ?? 3_600))
    }

    func endpoint(at listen: Endpoint, folder: ReceptionFolder) -> EndpointSettings {
        var settings = EndpointSettings(ports: [SIPPath(.udp, listen)])
        settings.user = user
        settings.product = model.userAgent
        if let password = value(.password) {
            settings.credentials = [SIPCredentials(username: user, password: password)]
        }
        if isOn(.lineEnabled) { settings.answering = Answering(folder: folder) }
        settings.progressInterval = .seconds(1)
        settings.fax.identification = String(user.filter { $0.isASCII && ($0.isNumber || $0 == "+") }.prefix(20))
        settings.media.audio = audio
        settings.media.t38 = t38
        settings.media.terminal = .behindGateway(gateway)
        settings.media.faults = peerFaults
        chooseSwitch(&settings)
        return settings
    }

    // MARK: - Who asks for T.38

    /// After the answer: CED and the flags of V.21 behind it have been heard.
    private static let calleeHears = Duration.milliseconds(1_500)
    /// The other side's CED came first.
    private static let callerHears = Duration.milliseconds(4_000)

    private func chooseSwitch(_ settings: inout EndpointSettings) {
        guard isOn(.t38) else {
            settings.transport = .g711
            return
        }
        settings.transport = .auto
        let role = value(.detectRole) ?? "both"
        let hears = isOn(.detectV21) || isOn(.detectCED)
        settings.media.offersT38 =
            hears && role != "caller" ? .reinvite(after: Self.calleeHears) : TransportPolicy.Switch.none
        settings.media.offersT38AsCaller =
            isOn(.detectCNG) && role != "callee" ? .reinvite(after: Self.callerHears) : TransportPolicy.Switch.none
    }

    // MARK: - What it sends

    private var t38: T38Settings {
        var t38 = T38Settings()
        let depth = min(max(Int(number(.t38Redundancy) ?? 1), 0), 4)
        t38.errorCorrections = [.redundancy(UDPTLSender.Depths(all: depth)), .none]
        return t38
    }

    private var gateway: T38Gateway.Configuration {
        var configuration = T38Gateway.Configuration()
        configuration.allowsECM = value(.t38ECM) != "no"
        return configuration
    }

    private var audio: AudioSettings {
        var audio = AudioSettings()
        let law: AudioCapabilities.Codec = value(.preferredCodec) == "pcma" ? .pcma : .pcmu
        let other: AudioCapabilities.Codec = law == .pcma ? .pcmu : .pcma
        audio.codecs = isOn(.onlyPreferredCodec) ? [law] : [law, other]
        let packet = Int(((number(.packetTime) ?? 0.03) * 1_000).rounded())
        audio.packetTimeMs = min(max(packet / 10 * 10, 10), 60)
        audio.jitterBuffer = jitterBuffer(packetMs: audio.packetTimeMs)
        if isOn(.silenceSuppression) { audio.silenceSuppression = RTPSender.SilenceSuppression() }
        return audio
    }

    /// At every level at least 30 ms, and 10 ms more than a packet.
    private func jitterBuffer(packetMs: Int) -> JitterBuffer.Settings {
        let start = [
            "low": 40, "medium": 60, "high": 80, "very-high": 120, "extremely-high": 200,
        ]
        let least = max(30, packetMs + 10)
        let depth = max(least, start[value(.jitterLevel) ?? "high"] ?? 80)
        // In pass-through the buffer stands still. A switch by NSE needs a peer that knows it.
        let stands = value(.jitterAdjustment) == "none" || value(.passthroughMethod) == "reinvite"
        if stands { return .fixed(.milliseconds(depth)) }
        return JitterBuffer.Settings(
            depth: .adaptive(
                JitterBuffer.Adaptive(
                    minimum: .milliseconds(least), maximum: .milliseconds(depth * 2), initial: .milliseconds(depth))))
    }

    private var peerFaults: PeerFaults {
        var peer = PeerFaults()
        peer.udptl.isSilent = faults.t38Silent
        peer.udptl.omitsCopies = faults.t38NoCopies
        peer.udptl.emptiesCopies = faults.t38EmptyCopies
        // The fax machine's level is right at the gain from the factory.
        let gain = (number(.inputGain) ?? -3) + 3
        peer.line.gain = min(max(gain, -30), 20) + faults.level
        return peer
    }
}

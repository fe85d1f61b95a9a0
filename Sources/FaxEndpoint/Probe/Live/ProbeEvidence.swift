import FaxCore
import FaxProtocol
import FaxStation
import PcapDecode
import T30Analyzer

/// What a probe has seen; the steps are judged from it.
struct ProbeEvidence {
    enum Registration {
        case notAsked
        case registered(seconds: Int, after: Duration)
        case failed(SIPRefusal, after: Duration)
        case silent(Duration)
        /// Where to register is not known.
        case unresolved(String)
    }

    /// A call that was made.
    struct Made {
        let call: ProbeCall
        /// `nil`: it was stopped before it came to one.
        var result: FaxResult?
        /// What the analysis of the record says; `nil`: the record shows no such call.
        var analyzed: AnalyzedCall?
    }

    let plan: ProbePlan
    let uri: String
    /// Which party of the calls is looked into: the called one, or, where we wait for a call, the caller.
    var them = Party.callee
    var resolution: (peer: Endpoint?, problem: String?, after: Duration)
    /// Where this machine says that it is, towards the target.
    var own: Endpoint?
    var knock = PortKnock.Answer.silent
    var options: OptionsAnswer?
    /// How long an answer to OPTIONS was waited for; `nil`: it was not sent.
    var optionsPatience: Duration?
    var optionsFrames: [FrameRef] = []
    var registration = Registration.notAsked
    var registrationFrames: [FrameRef] = []
    var calls: [Made] = []
    /// Why not all was done; `nil`: it was.
    var stopped: String?
    /// The probe was stopped while a call ran.
    var wasCut = false
    /// Only what a user named as record is told by frame numbers.
    var isRecorded = false

    init(_ plan: ProbePlan, uri: String, resolution: (peer: Endpoint?, problem: String?, after: Duration)) {
        self.plan = plan
        self.uri = uri
        self.resolution = resolution
    }

    /// Its end was ours: what it did not come to is nobody's fault.
    func isCutOff(_ made: Made) -> Bool {
        wasCut && made.call == calls.last?.call && made.result?.isSuccess != true
    }

    /// The call in which the other side shows by itself what it does.
    var first: Made? { calls.first { $0.call.purpose == .first } }
    /// The call that says most of T.38: one in which it was agreed on, else the last in which it was offered.
    var switching: Made? {
        calls.first { $0.analyzed?.call.signalling.t38Switch?.isAccepted == true }
            ?? calls.last { $0.analyzed?.call.signalling.t38Switch != nil }
    }
    /// A call whose fax went over T.38, a whole one before others.
    var overT38: Made? {
        let carried = calls.filter { $0.result?.carriedBy == .t38 }
        return carried.first { $0.result?.isSuccess == true } ?? carried.first
    }
}

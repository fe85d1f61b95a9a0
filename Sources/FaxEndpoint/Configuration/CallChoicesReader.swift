import FaxCore
import PlacedText

/// Reads what lines and profiles have in common, and says what is wrong with a value. The same checks stand behind the
/// command line and the list of jobs.
enum CallChoicesReader {
    /// - Parameter isOfOneFax: what is of a whole list is unknown there, and what a profile has as an option of the
    ///   machine is known.
    static func read(_ fields: inout FieldReader, isOfOneFax: Bool = false) throws(PlacedError) -> CallChoices {
        var choices = CallChoices()
        let transport = fields.take("transport")
        let policy = fields.take("policy")
        if transport != nil, let policy { throw policy.error("transport and policy exclude each other") }
        choices.transport = try transport?.word(FaxTransport.self)
        choices.policy = try policy?.word(FaxPolicy.Kind.self)
        choices.policyExpiry = try seconds(fields.take("policy-expiry"), in: 1...31_536_000)
        choices.permanentAfter = try fields.integer("permanent-after", in: 1...1_000)
        if let rate = fields.take("max-rate") {
            guard let number = Int(try rate.text()), FaxProfile.rates.contains(number) else {
                throw rate.error("max-rate is 14400, 12000, 9600, 7200, 4800 or 2400")
            }
            choices.maxRate = number
        }
        choices.hasECM = try fields.flag("ecm")
        choices.identification = try checked(fields.take("id"), CallText.identificationProblem)
        choices.pageHeader = try checked(fields.take("header"), CallText.headerProblem)
        choices.tries = try fields.integer("tries", in: 1...100)
        choices.retryPause = try seconds(fields.take("retry-pause"), in: 0...86_400)
        guard !isOfOneFax else {
            choices.subaddress = try checked(fields.take("sub"), CallText.addressProblem)
            return choices
        }
        choices.concurrency = try fields.integer("concurrency", in: 1...500)
        if let value = fields.take("calls-per-minute") {
            guard let rate = Double(try value.text()), rate > 0, rate <= 60_000 else {
                throw value.error("calls-per-minute is a number above 0 and at most 60000")
            }
            choices.callsPerMinute = rate
        }
        return choices
    }

    static func checked(
        _ value: YAMLValue?, _ problem: (String) -> String?
    ) throws(PlacedError) -> String? {
        guard let value else { return nil }
        let text = try value.text()
        if let problem = problem(text) { throw value.error(problem) }
        return text
    }

    private static func seconds(
        _ value: YAMLValue?, in range: ClosedRange<Double>
    ) throws(PlacedError) -> Duration? {
        guard let value else { return nil }
        guard let seconds = CallText.seconds(try value.text()), range.contains(seconds) else {
            throw value.error("wants a time such as 90s, 15m or 24h, at most \(Int(range.upperBound)) s")
        }
        return .nanoseconds(Int64(seconds * 1e9))
    }
}

extension YAMLValue {
    /// One of the words of a type.
    func word<Word: RawRepresentable & CaseIterable>(
        _ type: Word.Type
    ) throws(PlacedError) -> Word where Word.RawValue == String {
        let text = try text()
        if let word = Word(rawValue: text) { return word }
        let known = Word.allCases.map(\.rawValue)
        let meant = NearestWord.of(text, among: known).map { ", meant is perhaps '\($0)'" } ?? ""
        throw error("unknown word '\(text)'\(meant); known are: \(known.joined(separator: ", "))")
    }
}

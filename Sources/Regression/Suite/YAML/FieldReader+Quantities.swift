import FaxCore
import PlacedText
import Simulator

// Values in the words of impairments and gates.
extension FieldReader {
    /// `95%`, as a share of 1, both ends left out.
    mutating func share(_ name: String) throws(PlacedError) -> Double? {
        guard let value = take(name) else { return nil }
        let text = try value.text()
        do {
            let share = try Percentage(text).fraction
            guard share > 0, share < 1 else { throw value.error("'\(name)' lies between 0% and 100%") }
            return share
        } catch let error as NetworkSpecError {
            throw value.error("\(name): \(error)")
        } catch let error as PlacedError {
            throw error
        } catch {
            throw value.error("\(error)")
        }
    }

    mutating func duration(_ name: String) throws(PlacedError) -> Duration? {
        guard let value = take(name) else { return nil }
        let text = try value.text()
        do {
            return try Quantity.duration(text)
        } catch {
            throw value.error("\(name): \(error)")
        }
    }
}

import FaxReport

/// Measured curves as a page, a table for other programs and a drawing.
struct CurveReport {
    var cells: [CurveCell]
    var calls: Int
    /// Date and command, in one line.
    var origin: String
    /// Of the drawing, beside the page.
    var pictureName: String

    // MARK: - For people

    var markdown: String {
        let tables = CurvePoint.bursts.map { burst in
            "## \(Self.name(ofBurst: burst))\n\n" + shares(burst) + "\n\n" + details(burst)
        }
        return """
            # Success against loss

            \(origin)

            \(calls) calls a cell, one page of text at standard resolution, ECM, V.17 14400; everything as `faxprobe simulate --help` \
            gives it but loss and what stands above a column. Loss holds for both directions and for SIP too. In brackets Wilson's \
            interval of 95 %. All cells have the same seeds.

            ![Success against loss, one line for each way to carry the fax](\(pictureName))

            \(tables.joined(separator: "\n\n"))

            """
    }

    static func name(ofBurst burst: Int) -> String {
        burst == 1 ? "Packets lost one by one" : "Packets lost in runs of \(burst) on average (Gilbert)"
    }

    private func shares(_ burst: Int) -> String {
        let carriages = CurveCarriage.allCases
        var lines = [
            "| loss | " + carriages.map(\.name).joined(separator: " | ") + " |",
            "|--:|" + String(repeating: "--:|", count: carriages.count),
        ]
        for loss in CurvePoint.losses {
            let shown = carriages.map { carriage in
                cell(carriage, loss, burst).map { "\(Self.percent($0.share)) (\(Self.text($0.interval)))" } ?? "–"
            }
            lines.append("| \(loss) % | " + shown.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n")
    }

    private func details(_ burst: Int) -> String {
        var lines = [
            "| | loss | packets a call | lost | not repaired, by theory | ECM frames again a call | trainings failed a call "
                + "| median s | never began | delivered on audio | no end |",
            "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
        ]
        for carriage in CurveCarriage.allCases {
            for loss in CurvePoint.losses {
                guard let cell = cell(carriage, loss, burst) else { continue }
                let values = [
                    Self.number(cell.packetsPerCall, 0), Self.number(cell.lostPerCall, 1),
                    Self.number(cell.unrepairedPerCall, 2), Self.number(cell.retriesPerCall, 1),
                    Self.number(cell.failedTrainingsPerCall, 2), Self.number(cell.medianDuration, 1),
                    "\(cell.neverBegan)", "\(cell.deliveredOnAudio)", "\(cell.endless)",
                ]
                lines.append("| \(carriage.name) | \(loss) % | " + values.joined(separator: " | ") + " |")
            }
        }
        return lines.joined(separator: "\n")
    }

    private func cell(_ carriage: CurveCarriage, _ loss: String, _ burst: Int) -> CurveCell? {
        cells.first { $0.point.carriage == carriage && $0.point.loss == loss && $0.point.burst == burst }
    }

    private static func percent(_ share: Double) -> String { number(share * 100, 0) + " %" }

    private static func text(_ interval: ClosedRange<Double>) -> String {
        number(interval.lowerBound * 100, 0) + "–" + number(interval.upperBound * 100, 0)
    }

    /// With a point, whatever the language.
    static func number(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((value * Double(scale)).rounded())
        guard digits > 0 else { return "\(scaled)" }
        let rest = "\(scale + scaled % scale)".dropFirst()
        return "\(scaled / scale).\(rest)"
    }

    // MARK: - For programs

    var csv: String {
        var lines = [
            "carriage,redundancy,burst,loss_percent,calls,successes,success_rate,low,high,never_began,delivered_on_audio,"
                + "endless,median_duration_s,ecm_retries_per_call,failed_trainings_per_call,packets_per_call,lost_per_call,"
                + "unrepaired_per_call_theory"
        ]
        for cell in cells {
            let point = cell.point
            let interval = cell.interval
            let fields = [
                point.carriage == .g711 ? "g711" : "t38", point.carriage.redundancy.map { "\($0)" } ?? "",
                "\(point.burst)", point.loss, "\(cell.calls)", "\(cell.successes)", Self.number(cell.share, 4),
                Self.number(interval.lowerBound, 4), Self.number(interval.upperBound, 4), "\(cell.neverBegan)",
                "\(cell.deliveredOnAudio)", "\(cell.endless)", Self.number(cell.medianDuration, 3),
                Self.number(cell.retriesPerCall, 3), Self.number(cell.failedTrainingsPerCall, 3),
                Self.number(cell.packetsPerCall, 1), Self.number(cell.lostPerCall, 2),
                Self.number(cell.unrepairedPerCall, 4),
            ]
            lines.append(fields.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: - To look at

    var svg: String {
        let panels = CurvePoint.bursts.map { burst in
            CurveChart.Panel(
                title: Self.name(ofBurst: burst),
                series: CurveCarriage.allCases.map { carriage in
                    CurveChart.Series(
                        name: carriage.name,
                        points: CurvePoint.losses.map { loss in
                            cell(carriage, loss, burst).map {
                                CurveChart.Point(share: $0.share, interval: $0.interval)
                            }
                        })
                })
        }
        return CurveChart(
            title: "Calls delivered", subtitle: "\(calls) simulated calls a point, with Wilson's intervals of 95 %",
            steps: CurvePoint.losses, stepsTitle: "loss, % of packets, both directions", panels: panels
        ).svg
    }
}

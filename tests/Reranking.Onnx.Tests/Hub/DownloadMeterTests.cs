using Reranking.Onnx.Hub;

namespace Reranking.Onnx.Tests;

public sealed class DownloadMeterTests
{
    private const long Step = 1 << 20;

    private readonly List<ModelDownloadProgress> _reports = [];

    [Fact]
    public void Report_LessThanAMegabyteMore_IsLeftOut()
    {
        DownloadMeter meter = Create(total: 10 * Step);

        foreach (long bytes in (long[])[0, 1, Step - 1, Step, Step + 1, (2 * Step) - 1, 2 * Step, 5 * Step])
        {
            meter.Report("a", bytes);
        }

        Assert.Equal([Step, 2 * Step, 5 * Step], _reports.Select(static report => report.BytesReceived));
        Assert.All(_reports, static report => Assert.Equal(("model", "a", 10 * Step), (report.Model, report.File, report.TotalBytes)));
    }

    [Fact]
    public void Finish_EachFile_IsReportedAndCountsForTheNext()
    {
        DownloadMeter meter = Create(total: null);

        meter.Finish("a", 10);
        meter.Report("b", Step - 1);
        meter.Report("b", Step);
        meter.Finish("b", Step + 5);

        Assert.Equal([("a", 10), ("b", Step + 10), ("b", Step + 15)], _reports.Select(static report => (report.File, report.BytesReceived)));
        Assert.All(_reports, static report => Assert.Null(report.TotalBytes));
    }

    [Fact]
    public void Report_FileThatStartsOver_NeverFalls()
    {
        DownloadMeter meter = Create(total: null);

        meter.Report("a", 3 * Step);
        meter.Report("a", 0);
        meter.Report("a", 3 * Step);
        meter.Finish("a", 2 * Step);   // shorter than the damaged one was
        meter.Report("b", 2 * Step);

        Assert.Equal([3 * Step, 3 * Step, 4 * Step], _reports.Select(static report => report.BytesReceived));
    }

    [Fact]
    public void Report_NobodyListens_DoesNothing()
    {
        var meter = new DownloadMeter("model", 5, progress: null);

        meter.Report("a", 5 * Step);
        meter.Finish("a", 5 * Step);

        Assert.Empty(_reports);
    }

    private DownloadMeter Create(long? total) => new("model", total, new ModelStoreTestBase.Inline(_reports.Add));
}

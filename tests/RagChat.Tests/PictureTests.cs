using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.VectorData;
using RagChat.Knowledge;
using Reranking;
using Spectre.Console;

namespace RagChat.Tests;

/// <summary>docs/images/ragchat.svg is what a terminal shows after the first command of README.md.</summary>
public sealed partial class PictureTests
{
    private const string Command = $"dotnet run --project samples/RagChat -- \"{HelpCenter.FirstQuestion}\"";
    private const int Width = 120;

    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "picture");

    private sealed record Row(string Before, string After, int Was, double Score, string Passage);

    /// <summary>Writes it. Explicit, as it changes a file of the repository: <c>dotnet test tests/RagChat.Tests -- xUnit.Explicit=only</c>.</summary>
    [Fact(Explicit = true)]
    public async Task Draw_FirstQuestion_IsThePictureOfTheReadme()
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Plugin.sln")))
        {
            root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        await File.WriteAllTextAsync(Path.Combine(root, "docs", "images", "ragchat.svg"), await DrawAsync(attempts: 5));
    }

    [Fact]
    public async Task Picture_OfTheReadme_ShowsWhatTheSamplePrints()
    {
        string[] shown = Lines(XDocument.Load(Path.Combine(Folder, "ragchat.svg")));
        string[] printed = Lines(XDocument.Parse(await DrawAsync()));

        Assert.Equal(shown.Where(IsNoRow).Select(WithoutTime), printed.Where(IsNoRow).Select(WithoutTime));
        Assert.Equal($"$ {Command}", shown[0]);

        // int8 differs a little between processors, so neighbors of nearly one score may change places; the answer may not.
        Row[] shownRows = Rows(shown);
        Row[] printedRows = Rows(printed);
        Assert.Equal((5, 5), (shownRows.Length, printedRows.Length));
        Assert.Equal((shownRows[0].After, shownRows[0].Passage), (printedRows[0].After, printedRows[0].Passage));
        Assert.InRange(printedRows[0].Was, shownRows[0].Was - 10, shownRows[0].Was + 10);
        Assert.Equal(shownRows[0].Score, printedRows[0].Score, 0.03);
        Assert.InRange(shownRows.Select(static row => row.After).Intersect(printedRows.Select(static row => row.After)).Count(), 4, 5);
        Assert.InRange(shownRows.Select(static row => row.Before).Intersect(printedRows.Select(static row => row.Before)).Count(), 4, 5);
    }

    [Fact]
    public async Task Readme_FirstCommandAndPicture_SayWhatThePictureShows()
    {
        XDocument picture = XDocument.Load(Path.Combine(Folder, "ragchat.svg"));
        string readme = await File.ReadAllTextAsync(Path.Combine(Folder, "README.md"));
        Row answer = Rows(Lines(picture))[0];

        string commands = readme.ReplaceLineEndings("\n").Split("```")[1];   // the first block
        Assert.StartsWith($"\n{Command} ", commands, StringComparison.Ordinal);
        Assert.Contains("\ndotnet test Plugin.sln ", commands, StringComparison.Ordinal);
        string moves = string.Create(CultureInfo.InvariantCulture, $"{answer.After} moves from rank {answer.Was} to 1");
        Assert.Contains(moves, readme, StringComparison.Ordinal);
        Assert.Contains(moves, picture.Root!.Elements().First().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", picture.ToString(), StringComparison.Ordinal);   // nothing is fetched: no font, no picture
    }

    private static async Task<string> DrawAsync(int attempts = 1)
    {
        // As Program.cs does it, with patience for a busy machine.
        HostApplicationBuilder builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings
        {
            Args = ["--Reranking:Timeout=00:10:00"],
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Services.AddOnnxEmbeddingGenerator(builder.Configuration.GetSection("Embeddings:Onnx"));
        builder.Services.AddReranking(builder.Configuration.GetSection("Reranking")).AddOnnx();
        builder.Services.AddHelpDesk(builder.Configuration);
        using IHost host = builder.Build();
        HelpDesk desk = host.Services.GetRequiredService<HelpDesk>();
        await desk.WarmUpAsync();
        List<Findings> findings = [];
        while (findings.Count < attempts)
        {
            findings.Add(await desk.FindAsync(HelpCenter.FirstQuestion, rerank: true, desk.Mode, desk.Reranking.TopN));
        }

        Findings found = findings.MinBy(static findings => findings.Reranking!.Elapsed)!;   // the one that other programs disturbed least

        using var output = new StringWriter();
        using var console = new Recorder(AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Yes,
            ColorSystem = ColorSystemSupport.Standard,
            Out = new AnsiConsoleOutput(output),
        }));
        var view = new ConsoleView(console);
        console.Profile.Width = Width;
        view.Write(found);

        RankedCandidate<VectorSearchResult<Passage>> answer = found.Ranking[0];
        string title = string.Create(
            CultureInfo.InvariantCulture,
            $"{HelpCenter.FirstQuestion} {answer.Candidate.Record.Title} moves from rank {answer.Index + 1} to 1 of the help center's passages.");
        return console.Export(new SvgEncoder(title, Command));
    }

    private static string[] Lines(XDocument picture) =>
        [.. picture.Root!.Elements().Where(static element => element.Name.LocalName == "text").Select(static element => element.Value.TrimEnd())];

    private static Row[] Rows(string[] lines) =>
    [
        .. lines.Select(static line => RowPattern().Match(line)).Where(static match => match.Success).Select(static match => new Row(
            match.Groups["before"].Value,
            match.Groups["after"].Value,
            int.Parse(match.Groups["was"].Value, CultureInfo.InvariantCulture),
            double.Parse(match.Groups["score"].Value, CultureInfo.InvariantCulture),
            match.Groups["passage"].Value)),
    ];

    private static bool IsNoRow(string line) => !RowPattern().IsMatch(line);

    private static string WithoutTime(string line) => Time().Replace(line, "# ms");

    [GeneratedRegex(@"^ +\d +(?<before>\S.*?) {2,}(?<after>\S.*?) {2,}(?<was>\d+) +(?<score>[01]\.\d{3}) +(?<passage>\S.*)$")]
    private static partial Regex RowPattern();

    [GeneratedRegex(@"\d+ ms")]
    private static partial Regex Time();
}

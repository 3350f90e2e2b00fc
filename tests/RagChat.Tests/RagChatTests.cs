using System.Diagnostics;
using System.Text.RegularExpressions;
using RagChat.Knowledge;

namespace RagChat.Tests;

/// <summary>Runs the sample as a user does, as a process, and reads what it prints.</summary>
public sealed class RagChatTests
{
    // The sample gives up on a slow reranking, and a machine that runs other tests too is slow.
    private const string NoHurry = "--Reranking:Timeout=00:10:00";

    [Fact]
    public async Task Run_FirstQuestion_MovesTheAnswerFromFarDownToTheTop()
    {
        string output = await RunAsync("", HelpCenter.FirstQuestion);

        Assert.Matches(@"rank\s+before, by retrieval\s+after, by the cross-encoder\s+was\s+score\s+passage", output);
        Match first = Regex.Match(output, @"(?m)^\s*1\s+\S.*\s+Failed Payments\s+(?<was>\d+)\s+(?<score>[01]\.\d{3})");
        Assert.True(first.Success, output);
        Assert.InRange(Number(first.Groups["was"]), 15, 50);   // 29 where this was written; int8 differs a little between processors
        Assert.InRange(Number(first.Groups["score"]), 0.9, 1);
        Assert.Matches(@"\d+ candidates reranked by ms-marco-MiniLM-L-12-v2-int8 in \d+ ms\.", output);
        Assert.Contains("[1] Failed Payments (billing.md#failed-payments)", output, StringComparison.Ordinal);
        Assert.Contains("No chat model is configured", output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b[", output, StringComparison.Ordinal);   // plain in a pipe
    }

    [Fact]
    public async Task Run_Chat_BeginsWithTheFirstQuestionSwitchesRerankingAndLeaves()
    {
        string output = await RunAsync(
            "/rerank off\nHow do I reset my password?\n/rerank on\nHow do I reset my password?\n/why 1\n/why 9\n/history\n/help\n/quit\n",
            "--Reranking:CandidateCount=40");

        int off = output.IndexOf("Reranking is off.", StringComparison.Ordinal);
        int on = output.IndexOf("Reranking is on.", StringComparison.Ordinal);
        Assert.True(0 < off && off < on);
        Assert.Contains($"> {HelpCenter.FirstQuestion}", output[..off], StringComparison.Ordinal);
        Assert.Contains("[1] Failed Payments (", output[..off], StringComparison.Ordinal);
        Assert.Contains("First-stage order: not reranked.", output[off..on], StringComparison.Ordinal);
        Assert.Contains("candidates reranked by", output[on..], StringComparison.Ordinal);
        Assert.Matches(@"reranking: rank 1, relevance [01]\.\d{6}, logit -?\d+\.\d\d, \d+ tokens", output[on..]);
        Assert.Contains("/why takes a rank from 1 to 5.", output[on..], StringComparison.Ordinal);
        Assert.Contains(
            $"1. {HelpCenter.FirstQuestion}\n2. How do I reset my password?\n3. How do I reset my password?",
            output[on..].ReplaceLineEndings("\n"),
            StringComparison.Ordinal);
        Assert.Contains("Commands: /rerank on, /rerank off, /why N, /history, /quit.", output, StringComparison.Ordinal);
        Assert.Contains("[6] Password Reset Guide (", output[off..on], StringComparison.Ordinal);   // the numbers go on
        Assert.Contains("[11] Password Reset Guide (", output[on..], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OwnDocuments_AnswersFromThem()
    {
        string folder = Directory.CreateTempSubdirectory("ragchat-").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "guides"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "guides", "kettle.md"),
            "# Kettle\n\n## Descaling\nFill it with vinegar and wait an hour.\n\n## Warranty\nTwo years.\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "toaster.txt"), "The toaster has five levels of browning.\n\nCrumbs fall into a drawer.\n");

        string output = await RunAsync("", "--docs", folder, "How do I get rid of limescale?");

        Assert.Contains("[1] Kettle: Descaling (guides/kettle.md#1)", output, StringComparison.Ordinal);
        Assert.DoesNotContain("Notterby", output, StringComparison.Ordinal);
        Assert.DoesNotContain(HelpCenter.FirstQuestion, output, StringComparison.Ordinal);   // it is not a question to these documents
    }

    [Fact]
    public async Task Run_NoSuchFolder_SaysSo()
    {
        string output = await RunAsync("", "--docs", "/no/such/folder", "question");

        Assert.Contains(
            "--docs is '/no/such/folder', which is not a folder; expected one with Markdown or text files.",
            output.ReplaceLineEndings(" "),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Compare_RerankingIsNotBelowTheFirstStage()
    {
        // Fewer candidates than the sample's 50, and less of each: without VNNI, all pairs of the 40 questions would take minutes.
        string output = await RunAsync("", "--compare", "--Reranking:CandidateCount=2", "--Reranking:Scorers:local:MaxInputTokens=96");

        Dictionary<string, (double Hit, double Mrr)> rows = Regex.Matches(output, @"(vector|hybrid)\s+(yes|no)\s+(0\.\d{3}|1\.000)\s+(0\.\d{3}|1\.000)")
            .ToDictionary(match => $"{match.Groups[1]} {match.Groups[2]}", match => (Number(match.Groups[3]), Number(match.Groups[4])));
        Assert.Equal(["hybrid no", "hybrid yes", "vector no", "vector yes"], rows.Keys.Order());
        foreach (string mode in new[] { "vector", "hybrid" })
        {
            Assert.True(rows[$"{mode} yes"].Hit >= rows[$"{mode} no"].Hit, output);
            Assert.True(rows[$"{mode} yes"].Mrr >= rows[$"{mode} no"].Mrr, output);
        }
    }

    [Fact]
    public async Task Run_SettingOutOfRange_NamesTheKey()
    {
        string output = await RunAsync("", "--Reranking:TopN=0", "question");

        Assert.Contains("Reranking:TopN is '0'; expected a whole number of at least 1.", output, StringComparison.Ordinal);
    }

    private static double Number(Group group) => double.Parse(group.Value, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<string> RunAsync(string input, params string[] arguments)
    {
        string program = Path.Combine(AppContext.BaseDirectory, "RagChat.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", program, .. arguments, NoHurry])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output + await errors;
    }
}

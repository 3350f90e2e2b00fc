using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Reranking.Tool.Chat;
using Reranking.Tool.Tests.Support;

namespace Reranking.Tool.Tests;

/// <summary><c>rerank eval make --chat</c>, as a process, against a server that speaks OpenAI's chat completions.</summary>
public sealed class MakeChatTests
{
    private static readonly string[] Topics = ["bread", "Paris", "whales", "violins", "glaciers", "passwords", "tulips", "volcanoes", "coffee", "bridges"];

    // For each topic two passages, of which the second has a heading that asks.
    private const int PassageCount = 20;
    private const int HeadingCount = 20;

    [Fact]
    public async Task Make_WithChat_GeneratesJudgesAndSaysSo()
    {
        await using ChatServer server = await ChatServer.StartAsync();
        using var folder = new TempFolder();
        string corpus = WriteCorpus(folder);
        string config = folder.Write("appsettings.json", JsonSerializer.Serialize(new
        {
            Chat = new { server.Endpoint, Model = "judge-1", ApiKey = "k-1", Temperature = 0 },
        }));
        string set = folder.PathOf("set");

        (int exitCode, string output, string errors) = await ToolProcess.RunAsync(
            "", "eval", "make", corpus, "-o", set, "--chat", "-c", config, "--json");

        Assert.Equal(0, exitCode);
        EvaluationSet made = EvaluationSet.Load(set);
        Assert.Equal((true, "judge-1", PassageCount), (made.IsWeaklyLabeled, made.GeneratedBy, made.Documents.Count));
        Assert.Equal(HeadingCount, made.Queries.Count(query => query.Id[0] == 'q'));
        EvaluationQuery[] generated = [.. made.Queries.Where(query => query.Id[0] == 'g')];
        Assert.Equal(Topics.Length, generated.Length);   // both passages of a topic ask the same, which counts once
        Assert.All(generated, query => Assert.Matches("^Who can tell me more about [A-Za-z]+$", query.Text.TrimEnd('?')));
        Assert.All(made.Queries, query =>
        {
            Assert.InRange(query.Grades.Count, 1, 10);
            Assert.Contains(2, query.Grades.Values);
            Assert.All(query.Grades.Where(grade => grade.Value > 0), grade => Assert.Contains(
                query.Text.TrimEnd('?').Split(' ')[^1], made.Documents.Single(document => document.Id == grade.Key).Text, StringComparison.Ordinal));
        });
        Assert.All(server.Requests, request => Assert.Equal(("Bearer k-1", "judge-1", 0.0), (request.Authorization, request.Model, request.Temperature)));
        Assert.Equal(PassageCount + HeadingCount + Topics.Length, server.Requests.Count);
        Assert.Equal(
            $"30 questions about 20 passages are in {set}. 10 were left out, without a usable answer or a passage that answers them. "
                + $"50 requests, 0 answers from {set}.chat-cache. Generated and judged by judge-1, not by people.\n",
            errors);
        using JsonDocument json = JsonDocument.Parse(output);
        Assert.Equal(
            (30, 20, 10, "judge-1"),
            (json.RootElement.GetProperty("questions").GetInt32(), json.RootElement.GetProperty("passages").GetInt32(),
                json.RootElement.GetProperty("leftOut").GetInt32(), json.RootElement.GetProperty("generatedBy").GetString()));
        Assert.False(Directory.Exists(set + ".new"));

        (exitCode, output, _) = await ToolProcess.RunAsync("", "eval", set, "--candidates", "5");
        Assert.Equal(0, exitCode);
        Assert.StartsWith("Generated and judged by judge-1, not by people: it ranks systems", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Make_Again_AsksNothingTwiceButAnotherModel()
    {
        await using ChatServer server = await ChatServer.StartAsync();
        using var folder = new TempFolder();
        string corpus = WriteCorpus(folder);
        string cache = folder.PathOf("cache");
        (int first, _, _) = await MakeAsync(server, corpus, folder.PathOf("a"), "--cache", cache, "--questions", "8", "--judge", "4");
        int requests = server.Requests.Count;

        (int second, _, string note) = await MakeAsync(server, corpus, folder.PathOf("b"), "--cache", cache, "--questions", "8", "--judge", "4");

        Assert.Equal((0, 0), (first, second));
        Assert.Equal(requests, server.Requests.Count);
        Assert.Contains($" 0 requests, {requests} answers from {cache}. ", note, StringComparison.Ordinal);
        Assert.Equal(ReadAll(folder.PathOf("a")), ReadAll(folder.PathOf("b")));
        Assert.All(EvaluationSet.Load(folder.PathOf("a")).Queries, query => Assert.InRange(query.Grades.Count, 1, 4));

        await ToolProcess.RunAsync(
            "", "eval", "make", corpus, "-o", folder.PathOf("c"), "--chat", "--chat-endpoint", server.Endpoint, "--chat-model", "other", "--cache", cache,
            "--questions", "8", "--judge", "4");
        Assert.Equal(2 * requests, server.Requests.Count);
    }

    [Fact]
    public async Task Make_KilledAgainAndAgain_PaysForNoAnswerTwiceAndEndsAsUnbroken()
    {
        await using ChatServer server = await ChatServer.StartAsync();
        using var folder = new TempFolder();
        string corpus = WriteCorpus(folder);
        await MakeAsync(server, corpus, folder.PathOf("whole"));
        int needed = server.Requests.Count;
        server.Requests.Clear();
        string broken = folder.PathOf("broken");
        const int Kills = 3;
        for (int kill = 1; kill <= Kills; kill++)
        {
            int goal = needed * kill / (Kills + 1);
            using Process process = ToolProcess.Start(
                "eval", "make", corpus, "-o", broken, "--chat", "--chat-endpoint", server.Endpoint, "--chat-model", "judge-1", "--parallel", "2");
            Task drained = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            server.Instead = async (_, _) =>
            {
                if (server.Requests.Count >= goal)
                {
                    process.Kill();
                }

                await Task.Delay(1);
                return false;
            };
            await process.WaitForExitAsync();
            await drained;
            Assert.NotEqual(0, process.ExitCode);
            Assert.False(Directory.Exists(broken));
        }

        server.Instead = static (_, _) => Task.FromResult(false);
        (int exitCode, _, _) = await MakeAsync(server, corpus, broken);

        Assert.Equal(0, exitCode);
        Assert.Equal(ReadAll(folder.PathOf("whole")), ReadAll(broken));
        Assert.InRange(server.Requests.Count, needed, needed + (Kills * 2));   // a kill loses at most what was under way
    }

    [Fact]
    public async Task Make_FaultsOfTheServer_AreSurvived()
    {
        await using ChatServer server = await ChatServer.StartAsync();
        using var folder = new TempFolder();
        server.Instead = async (context, number) =>
        {
            switch (number % 9)
            {
                case 1:
                    context.Response.StatusCode = 429;
                    context.Response.Headers.RetryAfter = "0";
                    return true;
                case 4:
                    context.Response.StatusCode = 500;
                    return true;
                case 7:
                    context.Response.ContentLength = 1_000;
                    await context.Response.WriteAsync("{\"choices\"");
                    context.Abort();
                    return true;
                default:
                    return false;
            }
        };

        (int exitCode, _, string note) = await MakeAsync(server, WriteCorpus(folder), folder.PathOf("set"), "--questions", "5");

        Assert.Equal(0, exitCode);
        Assert.Contains("Generated and judged by judge-1", note, StringComparison.Ordinal);
        Assert.All(EvaluationSet.Load(folder.PathOf("set")).Queries, query => Assert.Contains(2, query.Grades.Values));
    }

    [Fact]
    public async Task Make_AnswersThatAreNoJson_AreAskedAgainLeftOutAndNotKept()
    {
        await using ChatServer server = await ChatServer.StartAsync();
        using var folder = new TempFolder();
        Func<ChatServerRequest, string> usual = server.Answer;
        server.Answer = request =>
            request.Text.Contains("whales", StringComparison.Ordinal) && request.Text.Contains("\"passage\"", StringComparison.Ordinal) ? "I'd rather not."
            : request.Text.Contains("Who can tell me more about tulips", StringComparison.Ordinal) ? "{\"grades\": [2]}"
            : usual(request);

        (int exitCode, _, string note) = await MakeAsync(server, WriteCorpus(folder), folder.PathOf("set"));

        Assert.Equal(0, exitCode);
        EvaluationSet set = EvaluationSet.Load(folder.PathOf("set"));
        string[] generated = [.. set.Queries.Where(query => query.Id[0] == 'g').Select(query => query.Text)];
        Assert.Equal(8, generated.Length);
        Assert.DoesNotContain(generated, text => text.Contains("whales", StringComparison.Ordinal) || text.Contains("tulips", StringComparison.Ordinal));
        Assert.Contains(" 12 were left out, ", note, StringComparison.Ordinal);
        Assert.Equal(3 * 3, server.Requests.Count(request => server.Answer(request) is "I'd rather not." or "{\"grades\": [2]}"));
        Assert.DoesNotContain(
            Directory.EnumerateFiles(folder.PathOf("set.chat-cache")), file => File.ReadAllText(file).Contains("rather", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Make_ModelThatFindsNothingRelevant_LeavesNoSet()
    {
        await using ChatServer server = await ChatServer.StartAsync();
        using var folder = new TempFolder();
        Func<ChatServerRequest, string> usual = server.Answer;
        server.Answer = request => usual(request).Replace('2', '0');

        (int exitCode, _, string errors) = await MakeAsync(server, WriteCorpus(folder), folder.PathOf("set"), "--questions", "2");

        Assert.Equal(
            (1, "rerank: judge-1 left none of 4 questions: its answers are not the JSON that it was asked for, or it judged that no passage answers its "
                + "question. Take another model.\n"),
            (exitCode, errors));
        Assert.False(Directory.Exists(folder.PathOf("set")));
    }

    [Fact]
    public async Task Make_Mistakes_EndWithALineAndNoRequest()
    {
        await using ChatServer server = await ChatServer.StartAsync();
        using var folder = new TempFolder();
        string corpus = WriteCorpus(folder);
        folder.Write("full/file", "");

        (int noChat, _, string noChatErrors) = await ToolProcess.RunAsync(
            "", "eval", "make", corpus, "-o", folder.PathOf("set"), "--chat-endpoint", server.Endpoint);
        (int full, _, string fullErrors) = await MakeAsync(server, corpus, folder.PathOf("full"));
        (int number, _, string numberErrors) = await MakeAsync(server, corpus, folder.PathOf("set"), "--questions", "0");
        (int plain, _, string plainErrors) = await ToolProcess.RunAsync(
            "", "eval", "make", corpus, "-o", folder.PathOf("set"), "--chat", "--chat-endpoint", "http://example.com/v1", "--chat-model", "m");

        Assert.Equal((2, "rerank: --chat-endpoint was given without --chat; expected both.\n"), (noChat, noChatErrors));
        Assert.Equal((1, $"rerank: --output is '{folder.PathOf("full")}', which is not empty; expected a new folder.\n"), (full, fullErrors));
        Assert.Equal(2, number);
        Assert.Contains("--questions is '0'; expected a number from 1.", numberErrors, StringComparison.Ordinal);
        Assert.Equal(
            (1, "rerank: --chat-endpoint is on 'example.com' without encryption, and passages would go there; expected https, or http on this machine.\n"),
            (plain, plainErrors));
        Assert.Empty(server.Requests);
    }

    [Fact]
    public void Key_AnyPart_MakesAnotherOne()
    {
        ChatSettings one = ChatSettings.Read(null, "https://h/v1", "m");
        ChatSettings elsewhere = ChatSettings.Read(null, "https://other/v1", "m");
        string[] keys =
        [
            ChatCache.Key(one, "do", "text"), ChatCache.Key(one, "do ", "text"), ChatCache.Key(one, "do", "text "), ChatCache.Key(one, "d", "otext"),
            ChatCache.Key(ChatSettings.Read(null, "https://h/v1", "m2"), "do", "text"),
        ];

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal(keys[0], ChatCache.Key(elsewhere, "do", "text"));   // the same model behind another address
    }

    private static Task<(int ExitCode, string Output, string Errors)> MakeAsync(ChatServer server, string corpus, string set, params string[] more) =>
        ToolProcess.RunAsync(
            "", ["eval", "make", corpus, "-o", set, "--chat", "--chat-endpoint", server.Endpoint, "--chat-model", "judge-1", "--parallel", "2", .. more]);

    private static string WriteCorpus(TempFolder folder)
    {
        foreach (string topic in Topics)
        {
            folder.Write(
                $"docs/{topic}.md",
                $"# All about {topic}\n\nThis is in general about {topic}. There is much to say, and it is said here at some length.\n\n"
                    + $"## How to care for {topic}?\n\nIt takes care for {topic}. Do it as you would for anything else: with patience, and in good time.\n");
        }

        return folder.PathOf("docs");
    }

    private static string ReadAll(string folder) => string.Concat(
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetRelativePath(folder, file)}\n{File.ReadAllText(file)}\n"));
}

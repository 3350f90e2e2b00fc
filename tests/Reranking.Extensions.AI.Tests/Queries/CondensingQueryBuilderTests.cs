using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Reranking.Extensions.AI.Tests;

public sealed class CondensingQueryBuilderTests
{
    private const string FollowUp = "and for the Pro plan?";
    private const string Condensed = "What does the Pro plan cost?";

    private static readonly ChatMessage[] Conversation =
    [
        new(ChatRole.System, "You are a help desk."),
        new(ChatRole.User, "What does the Starter plan cost?"),
        new(ChatRole.Assistant, "It costs 5 euros a month."),
        new(ChatRole.Tool, [new FunctionResultContent("call-1", "5 euros")]),
        new(ChatRole.User, FollowUp),
    ];

    private readonly FakeLogger<CondensingQueryBuilder> _logger = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task BuildAsync_FollowUp_IsWhatTheModelMakesOfIt()
    {
        using var client = new FakeChatClient($"\n {Condensed} ");

        Assert.Equal(Condensed, await New(client).BuildAsync(Conversation));

        IReadOnlyList<ChatMessage> request = Assert.Single(client.Requests);
        Assert.Equal([ChatRole.System, ChatRole.User], request.Select(message => message.Role));
        Assert.Equal(new CondensingQueryBuilderOptions().Instructions, request[0].Text);
        Assert.Equal($"user: What does the Starter plan cost?\nassistant: It costs 5 euros a month.\nuser: {FollowUp}", request[1].Text);
        Assert.Empty(_logger.Collector.GetSnapshot());
    }

    [Fact]
    public async Task BuildAsync_Options_AreThoseOfTheConstructor()
    {
        using var client = new FakeChatClient(Condensed);
        var options = new CondensingQueryBuilderOptions { Instructions = "Rewrite.", MessageCount = 2, ChatOptions = new() { ModelId = "small" } };
        CondensingQueryBuilder builder = New(client, options);
        options.Instructions = "Other.";
        options.MessageCount = 9;
        options.ChatOptions.ModelId = "other";
        await builder.BuildAsync(Conversation);
        client.Options[0]!.ModelId = "changed by the client";
        await builder.BuildAsync(Conversation);

        Assert.Equal(["Rewrite.", $"assistant: It costs 5 euros a month.\nuser: {FollowUp}"], client.Requests[0].Select(message => message.Text));
        Assert.Equal("small", client.Options[1]!.ModelId);
    }

    [Fact]
    public async Task BuildAsync_FirstMessage_IsTakenWithoutACall()
    {
        using var client = new FakeChatClient("never asked");

        Assert.Equal(FollowUp, await New(client).BuildAsync([Conversation[0], Conversation[^1]]));
        Assert.Empty(client.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \n")]
    public async Task BuildAsync_BlankAnswer_IsTheLastUserMessage(string answer)
    {
        Assert.Equal(FollowUp, await New(new FakeChatClient(answer)).BuildAsync(Conversation));

        AssertWarning(121, "The chat model condensed the conversation to nothing; the last user message is the query.");
    }

    [Fact]
    public async Task BuildAsync_AnswerWithoutAnEnd_IsTheLastUserMessage()
    {
        Assert.Equal(new string('x', 2_000), await New(new FakeChatClient(new string('x', 2_000))).BuildAsync(Conversation));
        Assert.Equal(FollowUp, await New(new FakeChatClient(new string('x', 2_001))).BuildAsync(Conversation));

        AssertWarning(
            122,
            "The chat model condensed the conversation to 2001 characters, more than the 2000 of a query; the last user message is the query. "
            + "Set CondensingQueryBuilderOptions.Instructions so that it replies with the question alone.");
    }

    [Fact]
    public async Task BuildAsync_ModelFails_IsTheLastUserMessageAndNoTextIsLogged()
    {
        using var client = new FakeChatClient((messages, _) => throw new HttpRequestException($"Refused: {messages[^1].Text}"));

        Assert.Equal(FollowUp, await New(client).BuildAsync(Conversation));
        AssertWarning(120, "The chat model failed to condense the conversation (System.Net.Http.HttpRequestException); the last user message is the query.");
    }

    [Fact]
    public async Task BuildAsync_ModelTakesTooLong_IsTheLastUserMessage()
    {
        using var client = new FakeChatClient(async (_, cancellationToken) =>
        {
            _time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return new();
        });

        Assert.Equal(FollowUp, await New(client).BuildAsync(Conversation));
        AssertWarning(120, "The chat model failed to condense the conversation (System.TimeoutException); the last user message is the query.");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task BuildAsync_CallerCancels_ThrowsWithItsToken(bool clientObeys)
    {
        using var caller = new CancellationTokenSource();
        using var client = new FakeChatClient((_, cancellationToken) =>
        {
            caller.Cancel();
            return clientObeys ? Task.FromCanceled<ChatMessage>(cancellationToken) : Task.FromResult(new ChatMessage(ChatRole.Assistant, Condensed));
        });

        var exception = await Assert.ThrowsAsync<OperationCanceledException>(async () => await New(client).BuildAsync(Conversation, caller.Token));

        Assert.Equal(caller.Token, exception.CancellationToken);
        Assert.Empty(_logger.Collector.GetSnapshot());
    }

    [Fact]
    public async Task BuildAsync_CanceledToken_DoesNotAsk()
    {
        using var client = new FakeChatClient("never asked");

        await Assert.ThrowsAsync<OperationCanceledException>(async () => await New(client).BuildAsync(Conversation, new CancellationToken(canceled: true)));
        Assert.Empty(client.Requests);
    }

    [Fact]
    public async Task BuildAsync_ModelCancelsByItself_IsTheLastUserMessage()
    {
        using var client = new FakeChatClient((_, _) => throw new TaskCanceledException("The request timed out."));

        Assert.Equal(FollowUp, await New(client).BuildAsync(Conversation));
        AssertWarning(
            120, "The chat model failed to condense the conversation (System.Threading.Tasks.TaskCanceledException); the last user message is the query.");
    }

    [Fact]
    public void Constructor_OptionOutOfRange_NamesIt()
    {
        const string Range = "expected more than 00:00:00 and at most 49.00:00:00, or -00:00:00.0010000 for no limit.";
        AssertInvalid(new() { Instructions = " " }, "Instructions is blank; expected what the chat model is to do with the conversation.");
        AssertInvalid(new() { MessageCount = 1 }, "MessageCount is 1; expected 2 or more.");
        AssertInvalid(new() { Timeout = TimeSpan.Zero }, $"Timeout is 00:00:00; {Range}");
        AssertInvalid(new() { Timeout = TimeSpan.FromDays(50) }, $"Timeout is 50.00:00:00; {Range}");
        Assert.Throws<ArgumentNullException>("chatClient", () => new CondensingQueryBuilder(null!));

        static void AssertInvalid(CondensingQueryBuilderOptions options, string message) =>
            Assert.Equal(
                $"{message} (Parameter 'options')",
                Assert.Throws<ArgumentException>(() => new CondensingQueryBuilder(new FakeChatClient(""), options)).Message);
    }

    [Fact]
    public async Task BuildAsync_NoTimeout_Asks() =>
        Assert.Equal(Condensed, await New(new FakeChatClient(Condensed), new() { Timeout = Timeout.InfiniteTimeSpan }).BuildAsync(Conversation));

    private CondensingQueryBuilder New(FakeChatClient client, CondensingQueryBuilderOptions? options = null) => new(client, options, _logger, _time);

    private void AssertWarning(int id, string message)
    {
        FakeLogRecord record = Assert.Single(_logger.Collector.GetSnapshot());
        Assert.Equal((id, LogLevel.Warning, message), (record.Id.Id, record.Level, record.Message));
        Assert.Null(record.Exception);
    }
}

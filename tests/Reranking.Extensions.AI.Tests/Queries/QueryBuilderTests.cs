using Microsoft.Extensions.AI;

namespace Reranking.Extensions.AI.Tests;

public sealed class QueryBuilderTests
{
    private static readonly ChatMessage[] Conversation =
    [
        new(ChatRole.System, "You are a help desk."),
        new(ChatRole.User, "What does the Starter plan cost?"),
        new(ChatRole.Assistant, "It costs 5 euros a month."),
        new(ChatRole.User, " and for the Pro plan? "),
        new(ChatRole.User, [new UriContent("https://help.example/screenshot.png", "image/png")]),
        new(ChatRole.Assistant, "Let me see."),
        new(ChatRole.Tool, [new FunctionResultContent("call-1", "12 euros")]),
    ];

    [Fact]
    public async Task BuildAsync_LastUserMessage_IsTheLastThatHasAText() =>
        Assert.Equal("and for the Pro plan?", await new LastUserMessageQueryBuilder().BuildAsync(Conversation));

    [Theory]
    [InlineData(1, "and for the Pro plan?")]
    [InlineData(2, "What does the Starter plan cost?\nand for the Pro plan?")]
    [InlineData(9, "What does the Starter plan cost?\nand for the Pro plan?")]
    public async Task BuildAsync_JoinedMessages_AreTheLastOfTheUserOldestFirst(int count, string expected) =>
        Assert.Equal(expected, await new JoinedMessagesQueryBuilder(count).BuildAsync(Conversation));

    [Theory]
    [InlineData(9, "fox|red|fox", "red\nfox")]
    [InlineData(9, "fox| fox |fox\n", "fox")]
    [InlineData(2, "red|fox|fox|fox", "red\nfox")]
    [InlineData(2, "red|fox|red", "fox\nred")]
    [InlineData(9, "Fox|fox", "Fox\nfox")]
    public async Task BuildAsync_RepeatedMessages_AreJoinedOnce(int count, string messages, string expected) =>
        Assert.Equal(
            expected,
            await new JoinedMessagesQueryBuilder(count).BuildAsync([.. messages.Split('|').Select(text => new ChatMessage(ChatRole.User, text))]));

    [Fact]
    public async Task BuildAsync_ConversationThatIsInTheHistoryToo_IsCondensedOnce()
    {
        using var model = new FakeChatClient("What does the Pro plan cost?");
        await new CondensingQueryBuilder(model).BuildAsync([.. Conversation, .. Conversation]);

        Assert.Equal(
            "user: What does the Starter plan cost?\nassistant: It costs 5 euros a month.\nuser: and for the Pro plan?\nassistant: Let me see.",
            model.Requests[0][1].Text);
    }

    [Fact]
    public async Task BuildAsync_NobodyAsked_IsEmpty()
    {
        ChatMessage[] messages = [new(ChatRole.System, "You are a help desk."), new(ChatRole.User, " "), new(ChatRole.Assistant, "How can I help?")];

        Assert.Equal("", await new LastUserMessageQueryBuilder().BuildAsync(messages));
        Assert.Equal("", await new JoinedMessagesQueryBuilder(2).BuildAsync(messages));
        Assert.Equal("", await new CondensingQueryBuilder(new FakeChatClient("never asked")).BuildAsync(messages));
    }

    [Fact]
    public async Task BuildAsync_NoMessages_Throws()
    {
        await Assert.ThrowsAsync<ArgumentNullException>("messages", async () => await new LastUserMessageQueryBuilder().BuildAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("messages", async () => await new JoinedMessagesQueryBuilder(1).BuildAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("messages", async () => await new CondensingQueryBuilder(new FakeChatClient("")).BuildAsync(null!));
    }

    [Fact]
    public void Constructor_JoinedCountBelowOne_Throws() => Assert.Throws<ArgumentOutOfRangeException>("count", () => new JoinedMessagesQueryBuilder(0));
}

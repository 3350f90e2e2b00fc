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

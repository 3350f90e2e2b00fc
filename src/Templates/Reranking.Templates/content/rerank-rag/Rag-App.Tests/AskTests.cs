using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;

namespace Rag_App.Tests;

/// <summary>Questions of users and the passages that answer them. Replace them with the documents, and add one whenever an answer was wrong.</summary>
public sealed class AskTests(AskTests.App app) : IClassFixture<AskTests.App>
{
    [Theory]
    [InlineData("I forgot my PIN. How do I get back into my account?", "Your account: Trouble Signing In")]
    [InlineData("I lost my card. What do I do?", "Your account: Lost Cards")]
    [InlineData("How do I return a book at night?", "Visiting: When We Are Closed")]
    public async Task Ask_InWordsOfTheUser_TheAnswerIsFirst(string question, string title)
    {
        Answer answer = await AskAsync(question);

        Assert.Equal("Reranked", answer.Outcome);
        Assert.Equal(title, answer.Sources[0].Title);
    }

    [Fact]
    public async Task Ask_TheFirstStageHasItDeep_TheAnswerIsFirst()
    {
        Answer answer = await AskAsync("I forgot my PIN. How do I get back into my account?");

        Assert.InRange(answer.Sources[0].Was, 2, 50);
        Assert.Equal(3, answer.Sources.Count);
    }

    [Theory]
    [InlineData("/ask")]
    [InlineData("/ask?question=")]
    public async Task Ask_NoQuestion_IsRefused(string path)
    {
        using HttpResponseMessage response = await app.CreateClient().GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private async Task<Answer> AskAsync(string question) => (await app.CreateClient().GetFromJsonAsync<Answer>(
        $"/ask?question={Uri.EscapeDataString(question)}", TestContext.Current.CancellationToken))!;

    /// <summary>The app with the model on this machine, which is given the time that a busy one needs.</summary>
    public sealed class App : WebApplicationFactory<Program>
    {
        protected override void ConfigureWebHost(IWebHostBuilder builder) =>
            builder.UseSetting("Reranking:Use", "local").UseSetting("Reranking:Timeout", "00:01:00").UseSetting("Chat:Model", "");
    }
}

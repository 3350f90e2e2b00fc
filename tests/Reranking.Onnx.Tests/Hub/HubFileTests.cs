using System.Net;
using Reranking.Onnx.Hub;

namespace Reranking.Onnx.Tests;

/// <summary>What a response says of a file, and what is believed of it.</summary>
public sealed class HubFileTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";
    private const string Hash = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public void Take_LargeFileOfTheHub_KnowsAllBeforeTheRedirect()
    {
        HubFile file = Taken(
            HttpStatusCode.Found, ("X-Repo-Commit", Commit), ("X-Linked-Etag", $"\"{Hash}\""), ("X-Linked-Size", "123"), ("ETag", "\"other\""));

        Assert.Equal((Commit, $"\"{Hash}\"", 123, Hash, true), (file.Commit, file.ETag, file.Length, file.Sha256, file.IsComplete));
    }

    [Fact]
    public void Take_SmallFile_KnowsItsTagAndLength()
    {
        HubFile file = Taken(HttpStatusCode.OK, ("ETag", "\"tag\""));

        Assert.Equal((null, "\"tag\"", 4, null, false), (file.Commit, file.ETag, file.Length, file.Sha256, file.IsComplete));
    }

    [Theory]
    [InlineData(HttpStatusCode.Found)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public void Take_NoSuccess_SaysNothingOfTagAndLength(HttpStatusCode status)
    {
        HubFile file = Taken(status, ("ETag", "\"tag\""));

        Assert.Equal((null, null, false), (file.ETag, file.Length, file.IsComplete));
    }

    [Theory]
    [InlineData("0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeg")]
    [InlineData("0123456789abcdef0123456789abcdef01234567")]
    [InlineData("")]
    public void Take_TagThatIsNoHash_IsATagAlone(string tag)
    {
        HubFile file = Taken(HttpStatusCode.OK, ("X-Linked-Etag", $"\"{tag}\""), ("X-Linked-Size", "5"));

        Assert.Equal((null, $"\"{tag}\"", 5), (file.Sha256, file.ETag, file.Length));
    }

    [Theory]
    [InlineData("main")]
    [InlineData("0123456789ABCDEF0123456789abcdef01234567")]
    [InlineData("../../../etc")]
    [InlineData("0123456789abcdef0123456789abcdef0123456")]
    public void Take_CommitThatIsNone_IsNotTaken(string commit) => Assert.Null(Taken(HttpStatusCode.OK, ("X-Repo-Commit", commit)).Commit);

    [Theory]
    [InlineData("-1")]
    [InlineData("+1")]
    [InlineData(" 1")]
    [InlineData("1.0")]
    [InlineData("0x1")]
    [InlineData("9223372036854775808")]
    public void Take_LinkedSizeThatIsNone_FallsBackToTheResponse(string size)
    {
        HubFile file = Taken(HttpStatusCode.OK, ("X-Linked-Etag", "\"linked\""), ("X-Linked-Size", size), ("ETag", "\"own\""));

        Assert.Equal(("\"own\"", 4, false), (file.ETag, file.Length, file.IsComplete));
    }

    [Fact]
    public void Take_SeveralResponses_KeepsTheCommitAndWhatTheHubSaid()
    {
        HubFile file = Taken(HttpStatusCode.Found, ("X-Repo-Commit", Commit), ("X-Linked-Etag", $"\"{Hash}\""), ("X-Linked-Size", "123"));
        using HttpResponseMessage other = Response(HttpStatusCode.OK, ("X-Repo-Commit", new string('f', 40)), ("ETag", "\"cdn\""));

        file.Take(other);

        Assert.Equal((Commit, $"\"{Hash}\"", 123, Hash), (file.Commit, file.ETag, file.Length, file.Sha256));
    }

    private static HubFile Taken(HttpStatusCode status, params (string Name, string Value)[] headers)
    {
        using HttpResponseMessage response = Response(status, headers);
        var file = new HubFile();
        file.Take(response);
        return file;
    }

    private static HttpResponseMessage Response(HttpStatusCode status, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage(status) { Content = new ByteArrayContent([1, 2, 3, 4]) };
        Array.ForEach(headers, header => response.Headers.TryAddWithoutValidation(header.Name, header.Value));
        return response;
    }
}

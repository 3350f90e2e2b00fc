using Reranking.Tokenizers.Tokenization.PostProcessing;

namespace Reranking.Tokenizers.Tests;

public sealed class TokenTemplateTests
{
    private static readonly TokenTemplate Pair = new(
    [
        new TemplatePiece(TemplateSource.SpecialTokens, [101, 102], 0),
        new TemplatePiece(TemplateSource.Query, [], 0),
        new TemplatePiece(TemplateSource.SpecialTokens, [103], 0),
        new TemplatePiece(TemplateSource.Document, [], 1),
        new TemplatePiece(TemplateSource.SpecialTokens, [103], 1),
    ]);

    [Fact]
    public void Write_QueryAndDocument_PutsEachPieceInItsPlaceWithItsType()
    {
        long[] ids = new long[9];
        long[] typeIds = new long[9];

        int length = Pair.Write([7, 8], [9, 10, 11], ids, typeIds);

        Assert.Equal(9, length);
        Assert.Equal([101, 102, 7, 8, 103, 9, 10, 11, 103], ids);
        Assert.Equal([0, 0, 0, 0, 0, 1, 1, 1, 1], typeIds);
    }

    [Fact]
    public void Write_EmptyTexts_LeavesTheSpecialTokens()
    {
        long[] ids = new long[4];

        Assert.Equal(4, Pair.Write([], [], ids, new long[4]));
        Assert.Equal([101, 102, 103, 103], ids);
    }

    [Fact]
    public void SpecialTokens_AreCountedAndTheHighestIsKnown()
    {
        Assert.Equal((4, 103), (Pair.SpecialTokenCount, Pair.HighestSpecialId));
        Assert.Equal((0, -1), (PostProcessor.None.Pair.SpecialTokenCount, PostProcessor.None.HighestSpecialId));
    }
}

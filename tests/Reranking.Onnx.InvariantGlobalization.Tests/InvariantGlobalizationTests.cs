using System.Globalization;
using System.Text;

namespace Reranking.Onnx.Tests;

public class InvariantGlobalizationTests
{
    [Fact]
    public void Normalize_InvariantGlobalization_DoesNothing()
    {
        Assert.Equal(1, "\u00e9".Normalize(NormalizationForm.FormD).Length);
        Assert.Equal(CultureInfo.InvariantCulture.CompareInfo, CultureInfo.CurrentCulture.CompareInfo);
    }
}

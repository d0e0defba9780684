#if HIDDEN
namespace Hidden;
#else
namespace Dependency;
#endif

public static class Answer
{
#if FIRST
    public static string Text => "first";
#elif PASSES_ON
    public static string Text => Hidden.Answer.Text;
#else
    public static string Text => "second";
#endif
}

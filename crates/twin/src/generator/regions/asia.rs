//! Asia and northern Africa.

use super::{Region, city, trade};

pub(super) static JAPAN: Region = Region {
    country: "JP",
    weight: 7,
    cities: &[
        city("東京都千代田区", "", "100-0005", "丸の内", "+8135550xxxx", 9),
        city("大阪市北区", "", "530-0001", "梅田", "+8165550xxxx", 9),
        city("札幌市中央区", "", "060-0061", "南一条西", "+8115550xxxx", 9),
    ],
    given: &[
        ("陽子", "Yoko"),
        ("健太", "Kenta"),
        ("美咲", "Misaki"),
        ("大輔", "Daisuke"),
        ("さくら", "Sakura"),
        ("翔", "Sho"),
        ("由美", "Yumi"),
    ],
    family: &[
        ("田中", "Tanaka"),
        ("佐藤", "Sato"),
        ("鈴木", "Suzuki"),
        ("高橋", "Takahashi"),
        ("渡辺", "Watanabe"),
        ("小林", "Kobayashi"),
        ("山本", "Yamamoto"),
    ],
    family_first: true,
    between: " ",
    stems: &[
        ("青葉", "Aoba"),
        ("北斗", "Hokuto"),
        ("桜井", "Sakurai"),
        ("瑞穂野", "Mizuhono"),
        ("白川", "Shirakawa"),
        ("大和谷", "Yamatodani"),
        ("富士見", "Fujimi"),
        ("銀河", "Ginga"),
    ],
    trades: &[
        trade("電機", "Denki", ""),
        trade("物流", "Butsuryu", ""),
        trade("ソフトウェア", "Software", "Software"),
        trade("航空技研", "Koku Giken", "Aerospace"),
        trade("食品", "Shokuhin", "Retail"),
        trade("精工", "Seiko", ""),
    ],
    company: "{stem}{trade}株式会社",
};

pub(super) static KOREA: Region = Region {
    country: "KR",
    weight: 4,
    cities: &[
        city("서울특별시", "", "04524", "세종대로", "+8225550xxxx", 9),
        city("부산광역시", "", "48058", "센텀중앙로", "+8251555xxxx", 9),
    ],
    given: &[
        ("민준", "Minjun"),
        ("서연", "Seoyeon"),
        ("지호", "Jiho"),
        ("하은", "Haeun"),
        ("도윤", "Doyun"),
        ("수빈", "Subin"),
    ],
    family: &[("김", "Kim"), ("이", "Lee"), ("박", "Park"), ("최", "Choi"), ("정", "Jung"), ("윤", "Yoon")],
    family_first: true,
    between: "",
    stems: &[
        ("한빛", "Hanbit"),
        ("푸른솔", "Pureunsol"),
        ("새벽", "Saebyeok"),
        ("무지개", "Mujigae"),
        ("은하", "Eunha"),
        ("백두", "Baekdu"),
    ],
    trades: &[
        trade("물류", "Mullyu", ""),
        trade("소프트", "Soft", "Software"),
        trade("항공", "Hanggong", "Aerospace"),
        trade("식품", "Sikpum", "Retail"),
    ],
    company: "주식회사 {stem} {trade}",
};

pub(super) static CHINA: Region = Region {
    country: "CN",
    weight: 3,
    cities: &[
        city("上海市", "", "200001", "南京东路", "+862155501xxx", 8),
        city("深圳市", "", "518000", "深南大道", "+8675555501xx", 8),
    ],
    given: &[
        ("伟", "Wei"),
        ("芳", "Fang"),
        ("秀英", "Xiuying"),
        ("强", "Qiang"),
        ("静怡", "Jingyi"),
        ("明", "Ming"),
    ],
    family: &[("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"), ("杨", "Yang")],
    family_first: true,
    between: "",
    stems: &[
        ("云帆", "Yunfan"),
        ("晨曦", "Chenxi"),
        ("东湖", "Donghu"),
        ("金桥", "Jinqiao"),
        ("海棠", "Haitang"),
        ("青松", "Qingsong"),
    ],
    trades: &[
        trade("物流", "Wuliu", ""),
        trade("软件", "Ruanjian", "Software"),
        trade("航空科技", "Hangkong", "Aerospace"),
        trade("贸易", "Maoyi", "Retail"),
    ],
    company: "{stem}{trade}有限公司",
};

pub(super) static INDIA: Region = Region {
    country: "IN",
    weight: 5,
    cities: &[
        city("Mumbai", "MH", "400001", "Dr. Dadabhai Naoroji Road", "+912255501xxx", 5),
        city("Bengaluru", "KA", "560001", "Residency Road", "+918055501xxx", 5),
    ],
    given: &[
        ("Ananya", "Ananya"),
        ("Rohan", "Rohan"),
        ("Kavya", "Kavya"),
        ("Vikram", "Vikram"),
        ("मीरा", "Meera"),
        ("Farhan", "Farhan"),
        ("Lakshmi", "Lakshmi"),
    ],
    family: &[
        ("Iyer", "Iyer"),
        ("Sharma", "Sharma"),
        ("Banerjee", "Banerjee"),
        ("Qureshi", "Qureshi"),
        ("Reddy", "Reddy"),
        ("Deshpande", "Deshpande"),
    ],
    family_first: false,
    between: " ",
    stems: &[
        ("Saffron", "Saffron"),
        ("Lotus", "Lotus"),
        ("Ganga", "Ganga"),
        ("Sahyadri", "Sahyadri"),
        ("Mayura", "Mayura"),
        ("Banyan", "Banyan"),
    ],
    trades: &[
        trade("Infotech", "Infotech", "Software"),
        trade("Textiles", "Textiles", "Retail"),
        trade("Freight", "Freight", ""),
        trade("Aerotech", "Aerotech", "Aerospace"),
    ],
    company: "{stem} {trade} Pvt. Ltd.",
};

const ARABIC_GIVEN: &[(&str, &str)] = &[
    ("فاطمة", "Fatima"),
    ("أحمد", "Ahmed"),
    ("ليلى", "Layla"),
    ("يوسف", "Youssef"),
    ("نور", "Nour"),
    ("خالد", "Khaled"),
];

const ARABIC_STEMS: &[(&str, &str)] = &[
    ("النخيل", "Al Nakheel"),
    ("الهلال", "Al Hilal"),
    ("الواحة", "Al Waha"),
    ("الصقر", "Al Saqr"),
    ("الياسمين", "Al Yasmin"),
    ("المنارة", "Al Manara"),
];

pub(super) static EMIRATES: Region = Region {
    country: "AE",
    weight: 3,
    cities: &[
        city("دبي", "", "00000", "شارع الشيخ زايد", "+97145550xxx", 4),
        city("أبوظبي", "", "00000", "شارع الكورنيش", "+97125550xxx", 4),
    ],
    given: ARABIC_GIVEN,
    family: &[
        ("المنصوري", "Al Mansoori"),
        ("الشامسي", "Al Shamsi"),
        ("الكعبي", "Al Kaabi"),
        ("حداد", "Haddad"),
        ("النعيمي", "Al Nuaimi"),
        ("الزعابي", "Al Zaabi"),
    ],
    family_first: false,
    between: " ",
    stems: ARABIC_STEMS,
    trades: &[
        trade("للتجارة", "Trading", "Retail"),
        trade("للطيران", "Aviation", "Aerospace"),
        trade("للبرمجيات", "Software", "Software"),
        trade("للشحن", "Shipping", ""),
    ],
    company: "شركة {stem} {trade}",
};

pub(super) static EGYPT: Region = Region {
    country: "EG",
    weight: 2,
    cities: &[
        city("القاهرة", "", "11511", "شارع طلعت حرب", "+2025550xxxx", 2),
        city("الإسكندرية", "", "21500", "طريق الكورنيش", "+203555xxxx", 2),
    ],
    given: ARABIC_GIVEN,
    family: &[
        ("حسن", "Hassan"),
        ("عبد الرحمن", "Abdelrahman"),
        ("سليمان", "Soliman"),
        ("فهمي", "Fahmy"),
        ("منصور", "Mansour"),
        ("شريف", "Sherif"),
    ],
    family_first: false,
    between: " ",
    stems: ARABIC_STEMS,
    trades: &[
        trade("للأغذية", "Foods", "Retail"),
        trade("للنقل", "Transport", ""),
        trade("للتقنية", "Tech", "Software"),
        trade("للهندسة", "Engineering", ""),
    ],
    company: "شركة {stem} {trade} ش.م.م",
};
